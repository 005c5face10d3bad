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
    } else fit(flow, store.getState(), laid, whole, 0);
    setReady(laid);
  }, [flow, store, measured, laid, whole, anchor]);
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
        onPaneClick={onPaneClick}
        aria-label="Graph of the DAG"
      >
        <Background gap={24} size={1} />
        <Controls showInteractive={false} showFitView={false} position="bottom-left">
          <ControlButton
            title="Fit all of it"
            aria-label="Fit all of it"
            onClick={() => fit(flow, store.getState(), laid, whole, 200)}
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

/** Below this, nothing can be told apart: then the beginning of a large graph is shown instead of all of it. */
const SMALLEST = 0.1;

/** All of it in sight, but never larger than life. */
function fit(
  flow: ReturnType<typeof useReactFlow<BoxNode, LineEdge>>,
  { width, height }: Pick<ReactFlowState, "width" | "height">,
  laid: Laid,
  whole: ReturnType<typeof placed>,
  duration: number,
) {
  const zoom = Math.min(1, (width - 48) / Math.max(1, laid.width), (height - 48) / Math.max(1, laid.height));
  if (zoom >= SMALLEST) {
    const [x, y] = [(width - laid.width * zoom) / 2, (height - laid.height * zoom) / 2];
    void flow.setViewport({ x, y, zoom }, { duration });
    return;
  }
  const targets = new Set(laid.lines.map((line) => line.target));
  const first = whole.find(({ node }) => !targets.has(node.id));
  const [x, y] = [first?.absoluteX ?? 0, first?.absoluteY ?? 0];
  void flow.setViewport({ x: 40 - x * SMALLEST, y: height / 2 - y * SMALLEST, zoom: SMALLEST }, { duration });
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
