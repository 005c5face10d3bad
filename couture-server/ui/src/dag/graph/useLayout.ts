import { useEffect, useState } from "react";
import type { GraphData } from "../data/shapes";
import { layOut } from "./elk";
import { fromElk, toElk, type Arrange, type Laid } from "./shape";

interface State {
  laid: Laid | null;
  error: string | null;
}

/** Lays a graph out in the worker. The layout before stays until the new one is there. */
export function useLayout(graph: GraphData | undefined, isOpen: (group: string) => boolean, arrange: Arrange): State {
  const [state, setState] = useState<State>({ laid: null, error: null });
  useEffect(() => {
    if (!graph) return;
    let wanted = true;
    const { elk, boxes } = toElk(graph, isOpen, arrange);
    performance.mark("dag-layout-begin");
    layOut(elk)
      .then((laid) => {
        performance.measure("dag-layout", "dag-layout-begin");
        if (wanted) setState({ laid: fromElk(laid, boxes), error: null });
      })
      .catch((error: unknown) => {
        if (wanted) setState((old) => ({ ...old, error: String(error) }));
      });
    return () => {
      wanted = false;
    };
  }, [graph, isOpen, arrange]);
  return state;
}
