// A DAG's graph as it is folded now, and where ELK puts it.

import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { GraphData, GraphNode } from "../data/shapes";
import { shortLabel } from "../grid/rows";

export type Arrange = "LR" | "TB" | "RL" | "BT";

const DIRECTIONS: Record<Arrange, string> = { LR: "RIGHT", TB: "DOWN", RL: "LEFT", BT: "UP" };

/** The side where the tasks of a layer begin: ELK centres those that have nothing before them. */
const STARTS: Partial<Record<Arrange, string>> = { LR: "LEFT", RL: "RIGHT" };

export const NODE_HEIGHT = 46;
const NODE_MIN = 130;
const NODE_MAX = 300;
const LETTER = 7.1;
const JOIN = 12;
const GROUP_HEAD = 34;

export interface Box {
  node: GraphNode;
  parent: string | null;
  /** A group whose inside is shown. */
  open: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
  /** How many tasks a folded group holds. */
  holds: number;
}

export interface Line {
  id: string;
  source: string;
  target: string;
  label: string | null;
  labelAt: { x: number; y: number } | null;
  /** Start, bends and end. */
  points: { x: number; y: number }[];
  setup: boolean;
}

export interface Laid {
  boxes: Box[];
  lines: Line[];
  width: number;
  height: number;
}

function sizeOf(node: GraphNode, holds: number): { width: number; height: number } {
  if (node.kind === "join") return { width: JOIN, height: JOIN };
  const text = node.label + (node.is_mapped ? " [00]" : "") + (node.kind === "group" ? ` (${holds})` : "");
  // The longest words of a state, beside the operator.
  const operator = node.operator ? node.operator.length * 6.4 + 132 : 0;
  const zoom = node.target_dag_id ? 26 : 0;
  const width = Math.min(NODE_MAX, Math.max(NODE_MIN, text.length * LETTER + 44 + zoom, operator + zoom));
  return { width: Math.ceil(width), height: NODE_HEIGHT };
}

export function tasksIn(node: GraphNode): string[] {
  return node.kind === "group" ? (node.children ?? []).flatMap(tasksIn) : node.kind === "task" ? [node.id] : [];
}

/** All groups, the outer ones first. */
export function groupsOf(graph: GraphData): string[] {
  const groups: string[] = [];
  const visit = (node: GraphNode) => {
    if (node.kind !== "group") return;
    groups.push(node.id);
    node.children?.forEach(visit);
  };
  graph.nodes.forEach(visit);
  return groups;
}

/**
 * Above these many boxes ELK takes its cheaper ways, so that a layout stays below a second and a half: keeping the order of the
 * file takes 10 s for a thousand boxes, balanced places twice the time of simple ones.
 */
const ORDERED = 120;
const LARGE = 300;

/** The graph for ELK. Edges of what is folded away end at the group that holds it, each pair once. */
export function toElk(graph: GraphData, isOpen: (group: string) => boolean, arrange: Arrange) {
  const boxes = new Map<string, Omit<Box, "x" | "y" | "width" | "height">>();
  const shownFor = new Map<string, string>();
  const hide = (node: GraphNode, behind: string) => {
    shownFor.set(node.id, behind);
    node.children?.forEach((child) => hide(child, behind));
  };
  const aligned = { "elk.alignment": STARTS[arrange] ?? "AUTOMATIC" };
  const toNode = (named: GraphNode, parent: string | null): ElkNode => {
    const node = { ...named, label: shortLabel(named.label, parent ?? "") };
    const holds = tasksIn(node).length;
    const open = node.kind === "group" && isOpen(node.id);
    boxes.set(node.id, { node, parent, open, holds });
    shownFor.set(node.id, node.id);
    if (open) {
      const children = (node.children ?? []).map((child) => toNode(child, node.id));
      return {
        id: node.id,
        children,
        layoutOptions: { ...aligned, "elk.padding": `[top=${GROUP_HEAD},left=14,bottom=14,right=14]` },
      };
    }
    node.children?.forEach((child) => hide(child, node.id));
    return { id: node.id, ...sizeOf(node, holds), ...(node.kind !== "join" && { layoutOptions: aligned }) };
  };
  const children = graph.nodes.map((node) => toNode(node, null));
  const edges = new Map<string, ElkExtendedEdge & { setup: boolean }>();
  for (const edge of graph.edges) {
    const [source, target] = [shownFor.get(edge.source), shownFor.get(edge.target)];
    if (!source || !target || source === target) continue;
    const id = JSON.stringify([source, target]);
    const known = edges.get(id);
    if (known && (known.labels || !edge.label)) continue;
    const labels = edge.label
      ? [{ id: `${id} label`, text: edge.label, width: Math.min(240, edge.label.length * 6.4 + 10), height: 18 }]
      : undefined;
    edges.set(id, { id, sources: [source], targets: [target], labels, setup: edge.is_setup_teardown ?? false });
  }
  const large = boxes.size > LARGE;
  const elk: ElkNode = {
    id: "all of it",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": DIRECTIONS[arrange],
      "elk.hierarchyHandling": "INCLUDE_CHILDREN",
      "elk.json.edgeCoords": "ROOT",
      "elk.json.shapeCoords": "PARENT",
      "elk.edgeRouting": large ? "POLYLINE" : "ORTHOGONAL",
      "elk.layered.spacing.nodeNodeBetweenLayers": "48",
      "elk.layered.spacing.edgeNodeBetweenLayers": "16",
      "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
      "elk.spacing.nodeNode": "18",
      "elk.spacing.edgeLabel": "4",
      "elk.edgeLabels.inline": "true",
      ...(boxes.size <= ORDERED && { "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES" }),
      "elk.layered.nodePlacement.strategy": large ? "SIMPLE" : "NETWORK_SIMPLEX",
      "elk.layered.thoroughness": large ? "1" : "7",
    },
    children,
    edges: [...edges.values()],
  };
  return { elk, boxes };
}

/** Reads what ELK laid out. */
export function fromElk(laid: ElkNode, boxes: ReturnType<typeof toElk>["boxes"]): Laid {
  const result: Laid = { boxes: [], lines: [], width: laid.width ?? 0, height: laid.height ?? 0 };
  const visit = (node: ElkNode) => {
    const box = boxes.get(node.id);
    if (box) {
      const { x = 0, y = 0, width = 0, height = 0 } = node;
      result.boxes.push({ ...box, x, y, width, height });
    }
    node.children?.forEach(visit);
    for (const edge of node.edges ?? []) {
      const section = edge.sections?.[0];
      if (!section) continue;
      const label = edge.labels?.[0];
      result.lines.push({
        id: edge.id,
        source: edge.sources[0]!,
        target: edge.targets[0]!,
        label: label?.text ?? null,
        labelAt: label
          ? { x: (label.x ?? 0) + (label.width ?? 0) / 2, y: (label.y ?? 0) + (label.height ?? 0) / 2 }
          : null,
        points: [section.startPoint, ...(section.bendPoints ?? []), section.endPoint],
        setup: (edge as { setup?: boolean }).setup ?? false,
      });
    }
  };
  visit(laid);
  return result;
}

const CORNER = 7;

/** An SVG path through the points, its corners rounded. */
export function pathOf(points: readonly { x: number; y: number }[]): string {
  const first = points[0];
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [a, b, c] = [points[i - 1]!, points[i]!, points[i + 1]!];
    const into = Math.min(CORNER, Math.hypot(b.x - a.x, b.y - a.y) / 2);
    const outOf = Math.min(CORNER, Math.hypot(c.x - b.x, c.y - b.y) / 2);
    const from = towards(b, a, into);
    const to = towards(b, c, outOf);
    path += `L${from.x},${from.y}Q${b.x},${b.y} ${to.x},${to.y}`;
  }
  const last = points[points.length - 1]!;
  return `${path}L${last.x},${last.y}`;
}

function towards(from: { x: number; y: number }, to: { x: number; y: number }, by: number) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}
