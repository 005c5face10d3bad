import {
  Background,
  ControlButton,
  Controls,
  ReactFlow,
  useReactFlow,
  useStore,
  useStoreApi,
  MarkerType,
  Position,
  type ReactFlowState,
} from "@xyflow/react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { EDGE_TYPES, type LineEdge } from "./edges";
import { NodeTip } from "./NodeTip";
import { NODE_TYPES, type BoxNode } from "./nodes";
import { Overview, placed } from "./Overview";
import type { Laid } from "./shape";

/** From so many boxes on, what is seen from far is painted. */
const MANY = 150;
const FAR = 0.65;
const sizeOf = ({ width, height }: ReactFlowState) => `${width}×${height}`;
const isFar = (state: ReactFlowState) => state.transform[2] < FAR;

interface Props {
  laid: Laid;
  found: ReadonlySet<string> | null;
  /** The search's current hit, brought into sight. */
  sought?: string;
  chosen?: string;
  /** Nothing is told of a node while something else is shown beside it. */
  quiet: boolean;
  /** The group that was folded or unfolded last. */
  anchor: string | null;
  onChoose: (id: string | null) => void;
}

/** The graph itself. */
export function Flow({ laid, found, sought, chosen, quiet, anchor, onChoose }: Props) {
  const flow = useReactFlow<BoxNode, LineEdge>();
  const store = useStoreApi();
  const many = laid.boxes.length > MANY;
  // Nothing is drawn before the whole is in sight: at first all of it would be drawn.
  const [ready, setReady] = useState<Laid | null>(null);
  const far = useStore(isFar) && many;
  const bare = far || (many && ready !== laid);
  const whole = useMemo(() => placed(laid), [laid]);
  const [hovered, setHovered] = useState<{ id: string; at: DOMRect } | null>(null);
  const strong = hovered?.id ?? chosen;

  const nodes = useMemo(() => (bare ? [] : toNodes(laid, found, chosen)), [bare, laid, found, chosen]);
  const edges = useMemo(() => (bare ? [] : toEdges(laid, strong)), [bare, laid, strong]);

  const before = useRef<ReturnType<typeof placed> | null>(null);
  const measured = useStore((state) => state.width > 0);
  useEffect(() => {
    if (!measured || before.current === whole) return;
    const find = (boxes: ReturnType<typeof placed>) => boxes.find(({ node }) => node.id === anchor);
    const [was, is] = [before.current && find(before.current), find(whole)];
    before.current = whole;
    if (was && is) {
      // The group that was folded or unfolded stays where it is.
      const { x, y, zoom } = flow.getViewport();
      const [dx, dy] = [was.absoluteX - is.absoluteX, was.absoluteY - is.absoluteY];
      void flow.setViewport({ x: x + dx * zoom, y: y + dy * zoom, zoom });
    } else {
      moved.current = false;
      fit(flow, store.getState(), laid, whole, 0);
    }
    setReady(laid);
  }, [flow, store, measured, laid, whole, anchor]);

  // What opens beside the graph takes room from it. All of it stays in sight; where it could not be read then, or somebody moved it,
  // it stays as it is, and only what is chosen is brought into sight.
  const moved = useRef(false);
  const size = useStore(sizeOf);
  const sized = useRef(size);
  useEffect(() => {
    if (sized.current === size || before.current === null) return;
    sized.current = size;
    const room = store.getState();
    const box = before.current.find(({ node }) => node.id === chosen);
    if (!moved.current && zoomFor(room, laid) >= READABLE) fit(flow, room, laid, before.current, 150);
    else reveal(flow, room, box);
  }, [size, flow, store, laid, chosen]);
  useEffect(() => {
    const box = whole.find(({ node }) => node.id === sought);
    if (!box) return;
    const zoom = Math.max(0.9, flow.getZoom());
    void flow.setCenter(box.absoluteX + box.width / 2, box.absoluteY + Math.min(box.height, 200) / 2, {
      zoom,
      duration: 250,
    });
  }, [sought, whole, flow]);

  const onPaneClick = (event: MouseEvent) => {
    if (!far) return onChoose(null);
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const hit = whole.findLast(
      (box) =>
        !box.open &&
        at.x >= box.absoluteX &&
        at.x <= box.absoluteX + box.width &&
        at.y >= box.absoluteY &&
        at.y <= box.absoluteY + box.height,
    );
    if (hit) onChoose(hit.node.id);
    void flow.setCenter(at.x, at.y, { zoom: 0.9, duration: 250 });
  };
  const onKey = (event: KeyboardEvent) => {
    const node = (event.target as Element).closest?.(".react-flow__node");
    const id = node?.getAttribute("data-id");
    if (id && event.key === "Enter" && event.target === node) onChoose(id);
  };
  return (
    <div className="dag-flow" onKeyDown={onKey}>
      <ReactFlow<BoxNode, LineEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        onlyRenderVisibleElements={many}
        minZoom={0.02}
        maxZoom={2.5}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(event, node) => {
          event.stopPropagation();
          onChoose(node.id);
        }}
        onNodeMouseEnter={(event, node) => setHovered({ id: node.id, at: event.currentTarget.getBoundingClientRect() })}
        onNodeMouseLeave={() => setHovered(null)}
        onMoveStart={() => setHovered(null)}
        onMove={(event) => {
          // Only what somebody does has an event.
          if (event) moved.current = true;
        }}
        onPaneClick={onPaneClick}
        aria-label="Graph of the DAG"
      >
        <Background gap={24} size={1} />
        <Controls showInteractive={false} showFitView={false} position="bottom-left">
          <ControlButton
            title="Fit all of it"
            aria-label="Fit all of it"
            onClick={() => {
              moved.current = false;
              fit(flow, store.getState(), laid, whole, 200);
            }}
          >
            ⤢
          </ControlButton>
        </Controls>
        {far && <Overview laid={laid} found={found} chosen={chosen} />}
      </ReactFlow>
      {hovered && !far && !quiet && (
        <NodeTip box={laid.boxes.find(({ node }) => node.id === hovered.id)} at={hovered.at} />
      )}
    </div>
  );
}

/** Moves the graph as little as is needed to see all of a box. */
function reveal(
  flow: ReturnType<typeof useReactFlow<BoxNode, LineEdge>>,
  { width, height }: Pick<ReactFlowState, "width" | "height">,
  box: ReturnType<typeof placed>[number] | undefined,
) {
  if (!box) return;
  const { x, y, zoom } = flow.getViewport();
  const shift = (from: number, length: number, room: number) =>
    from < MARGIN ? MARGIN - from : Math.min(0, room - MARGIN - from - length);
  const dx = shift(box.absoluteX * zoom + x, box.width * zoom, width);
  const dy = shift(box.absoluteY * zoom + y, box.height * zoom, height);
  if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 150 });
}

const MARGIN = 24;
/** On a small screen, all of a wide graph could not be read: its beginning is shown instead, in this size. */
const SMALL_SCREEN = 600;
const READABLE = 0.55;
/** Below this, nothing can be told apart: then the beginning of a large graph is shown instead of all of it. */
const SMALLEST = 0.1;

function zoomFor({ width, height }: Pick<ReactFlowState, "width" | "height">, laid: Laid): number {
  return Math.min(1, (width - 48) / Math.max(1, laid.width), (height - 48) / Math.max(1, laid.height));
}

/** All of it in sight, but never larger than life. */
function fit(
  flow: ReturnType<typeof useReactFlow<BoxNode, LineEdge>>,
  { width, height }: Pick<ReactFlowState, "width" | "height">,
  laid: Laid,
  whole: ReturnType<typeof placed>,
  duration: number,
) {
  const zoom = zoomFor({ width, height }, laid);
  const least = width < SMALL_SCREEN ? READABLE : SMALLEST;
  if (zoom >= least) {
    const [x, y] = [(width - laid.width * zoom) / 2, (height - laid.height * zoom) / 2];
    void flow.setViewport({ x, y, zoom }, { duration });
    return;
  }
  const targets = new Set(laid.lines.map((line) => line.target));
  const first = whole.find(({ node }) => !targets.has(node.id));
  const [x, y] = [first?.absoluteX ?? 0, first?.absoluteY ?? 0];
  const down = laid.height > laid.width;
  const begin = down
    ? { x: width / 2 - (x + (first?.width ?? 0) / 2) * least, y: MARGIN - y * least, zoom: least }
    : { x: MARGIN - x * least, y: height / 2 - y * least, zoom: least };
  void flow.setViewport(begin, { duration });
}

function toNodes(laid: Laid, found: ReadonlySet<string> | null, chosen: string | undefined): BoxNode[] {
  return laid.boxes.map((box) => {
    const { node, parent, x, y, width, height } = box;
    const hit = found?.has(node.id) ?? false;
    const ends = { y: height / 2, width: 1, height: 1 };
    return {
      id: node.id,
      type: node.kind === "group" ? "taskGroup" : node.kind,
      position: { x, y },
      parentId: parent ?? undefined,
      width,
      height,
      // The places of the ends are known: nothing needs to be measured.
      handles: [
        { ...ends, type: "target" as const, position: Position.Left, x: 0 },
        { ...ends, type: "source" as const, position: Position.Right, x: width },
      ],
      focusable: node.kind !== "join",
      ariaLabel: `${node.kind} ${node.id}`,
      data: { box, found: hit, dim: found !== null && !hit && !box.open, chosen: node.id === chosen },
    };
  });
}

function toEdges(laid: Laid, strong: string | undefined): LineEdge[] {
  return laid.lines.map((line) => {
    const isStrong = strong !== undefined && (line.source === strong || line.target === strong);
    return {
      id: line.id,
      type: "line" as const,
      source: line.source,
      target: line.target,
      data: { line, strong: isStrong },
      markerEnd: { type: MarkerType.ArrowClosed, color: isStrong ? "var(--text-soft)" : "var(--line-strong)" },
      zIndex: isStrong ? 2 : 1,
    };
  });
}
