// ELK in a worker of its own: a layout never holds up the page.

import ELK, { type ELK as Elk, type ElkNode } from "elkjs/lib/elk-api";
import workerAddress from "elkjs/lib/elk-worker.min.js?url";

let elk: Elk | undefined;

/** Lays a graph out. The worker starts with the first one and is kept. */
export function layOut(graph: ElkNode): Promise<ElkNode> {
  elk ??= new ELK({ workerFactory: () => new Worker(workerAddress) });
  return elk.layout(graph);
}
