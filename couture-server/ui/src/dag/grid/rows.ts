// The rows of the grid and of the tree, folded as the viewer left them.

import type { GraphData, GraphNode, TaskNode } from "../data/shapes";

export interface Row {
  /** Its place: the same task stands in several places of the tree. */
  key: string;
  id: string;
  label: string;
  depth: number;
  kind: "task" | "group";
  mapped: boolean;
  operator: string | null;
  color: string | null;
  /** null where there is nothing to fold. */
  open: boolean | null;
}

/** A name inside a group without the group's own, which stands above it. */
export function shortLabel(label: string, group: string): string {
  return group && label.startsWith(`${group}.`) && label.length > group.length + 1
    ? label.slice(group.length + 1)
    : label;
}

/** The rows of the grid: groups with what they hold below them. `isOpen` decides by a group's id. */
export function gridRows(tasks: TaskNode[], isOpen: (key: string) => boolean): Row[] {
  const rows: Row[] = [];
  const visit = (node: TaskNode, depth: number, parent: string) => {
    const group = node.kind === "group";
    const open = group ? isOpen(node.id) : null;
    rows.push({
      key: node.id,
      id: node.id,
      label: shortLabel(node.label, parent),
      depth,
      kind: node.kind,
      mapped: node.is_mapped ?? false,
      operator: node.operator ?? null,
      color: node.ui_color ?? null,
      open,
    });
    if (open) for (const child of node.children ?? []) visit(child, depth + 1, node.id);
  };
  for (const node of tasks) visit(node, 0, "");
  return rows;
}

export function groupKeys(tasks: TaskNode[]): string[] {
  const keys: string[] = [];
  const visit = (node: TaskNode) => {
    if (node.kind !== "group") return;
    keys.push(node.id);
    node.children?.forEach(visit);
  };
  tasks.forEach(visit);
  return keys;
}

/** Tasks with what comes directly after each. */
export interface Wiring {
  tasks: Map<string, GraphNode>;
  after: Map<string, string[]>;
  roots: string[];
}

/** The wiring between tasks; an edge to or from a group goes to its first or from its last tasks, joins are passed through. */
export function wiringOf(graph: GraphData): Wiring {
  const nodes = new Map<string, GraphNode>();
  const inside = new Map<string, string[]>();
  const visit = (node: GraphNode): string[] => {
    nodes.set(node.id, node);
    const tasks = node.kind === "group" ? (node.children ?? []).flatMap(visit) : node.kind === "task" ? [node.id] : [];
    inside.set(node.id, tasks);
    return tasks;
  };
  graph.nodes.forEach(visit);
  const raw = new Map<string, Set<string>>();
  for (const { source, target } of graph.edges) {
    const targets = raw.get(source) ?? new Set();
    raw.set(source, targets.add(target));
  }
  const entries = (id: string) => {
    const tasks = inside.get(id) ?? [];
    const members = new Set(tasks);
    const fed = new Set<string>();
    for (const task of tasks) for (const next of raw.get(task) ?? []) if (members.has(next)) fed.add(next);
    const first = tasks.filter((task) => !fed.has(task));
    return first.length ? first : tasks;
  };
  const exits = (id: string) => {
    const members = new Set(inside.get(id) ?? []);
    const last = [...members].filter((task) => ![...(raw.get(task) ?? [])].some((next) => members.has(next)));
    return last.length ? last : [...members];
  };
  const after = new Map<string, Set<string>>();
  const reach = (id: string, seen: Set<string>): string[] => {
    const node = nodes.get(id);
    if (!node || seen.has(id)) return [];
    if (node.kind === "task") return [id];
    if (node.kind === "group") return entries(id);
    seen.add(id);
    return [...(raw.get(id) ?? [])].flatMap((next) => reach(next, seen));
  };
  for (const [source, targets] of raw) {
    const node = nodes.get(source);
    if (!node || node.kind === "join" || node.kind === "asset") continue;
    const sources = node.kind === "group" ? exits(source) : [source];
    for (const target of targets) {
      for (const to of reach(target, new Set())) {
        for (const from of sources) {
          if (from === to) continue;
          const set = after.get(from) ?? new Set();
          after.set(from, set.add(to));
        }
      }
    }
  }
  const tasks = new Map([...nodes].filter(([, node]) => node.kind === "task"));
  const fed = new Set([...after.values()].flatMap((set) => [...set]));
  const roots = [...tasks.keys()].filter((id) => !fed.has(id));
  return { tasks, after: new Map([...after].map(([id, set]) => [id, [...set]])), roots };
}

/** The most rows that the tree draws: a task stands once below each task that it comes after, which may explode. */
export const MAX_TREE_ROWS = 20_000;

/**
 * The rows of the tree, from the first tasks down to the last. A task that comes after several stands below each,
 * but what comes after it is only unfolded below the first, unless the viewer opens it elsewhere.
 */
export function treeRows(wiring: Wiring, isOpen: (key: string, byDefault: boolean) => boolean): Row[] {
  const rows: Row[] = [];
  const met = new Set<string>();
  const visit = (id: string, parentKey: string, depth: number) => {
    const node = wiring.tasks.get(id);
    if (!node || rows.length >= MAX_TREE_ROWS) return;
    const key = parentKey ? `${parentKey}\n${id}` : id;
    const children = wiring.after.get(id) ?? [];
    const open = children.length ? isOpen(key, !met.has(id)) : null;
    met.add(id);
    rows.push({
      key,
      id,
      label: node.label || id,
      depth,
      kind: "task",
      mapped: node.is_mapped ?? false,
      operator: node.operator ?? null,
      color: node.ui_color ?? null,
      open,
    });
    if (open) for (const child of children) visit(child, key, depth + 1);
  };
  for (const root of wiring.roots) visit(root, "", 0);
  return rows;
}
