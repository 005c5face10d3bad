// What a told change makes of the grid that is already here, so that nothing needs to be fetched again.

import type { Change } from "../../api/types";
import type { Cell, GridData, GridRun, StateCounts, TaskNode } from "./shapes";

/** What an unknown state is counted as. */
export const NO_STATE = "none";

const FINISHED = new Set(["success", "failed", "skipped", "upstream_failed", "removed"]);

/** The groups above each task, the nearest first, and the tasks inside each group. */
export interface Kinship {
  groupsOf: Map<string, string[]>;
  tasksOf: Map<string, string[]>;
  mapped: Set<string>;
}

const kinships = new WeakMap<TaskNode[], Kinship>();

export function kinshipOf(tasks: TaskNode[]): Kinship {
  const known = kinships.get(tasks);
  if (known) return known;
  const kinship: Kinship = { groupsOf: new Map(), tasksOf: new Map(), mapped: new Set() };
  const visit = (node: TaskNode, groups: string[]) => {
    if (node.is_mapped) kinship.mapped.add(node.id);
    if (node.kind === "group") {
      kinship.tasksOf.set(node.id, []);
      for (const child of node.children ?? []) visit(child, [node.id, ...groups]);
      return;
    }
    kinship.groupsOf.set(node.id, groups);
    for (const group of groups) kinship.tasksOf.get(group)?.push(node.id);
  };
  for (const node of tasks) visit(node, []);
  kinships.set(tasks, kinship);
  return kinship;
}

const timeOf = (change: Change) => change.at ?? new Date().toISOString();

/** The state that stands for many: the one that a person should see first. */
const BY_URGENCY = [
  "failed",
  "upstream_failed",
  "up_for_retry",
  "running",
  "restarting",
  "queued",
  "deferred",
  "up_for_reschedule",
  "scheduled",
  "cleared",
  NO_STATE,
  "success",
  "skipped",
  "removed",
];

export function stateOfMany(counts: StateCounts): string | null {
  for (const state of BY_URGENCY) {
    if ((counts[state] ?? 0) > 0) return state === NO_STATE ? null : state;
  }
  return Object.keys(counts)[0] ?? null;
}

/** What came of a patch: the new data (the old one where nothing changed), and whether something is missing in it. */
export interface Patched {
  data: GridData;
  /** A change could not be followed exactly; fetch when convenient. */
  stale: boolean;
}

export function patchGrid(data: GridData, changes: readonly Change[], seen: Map<string, string>): Patched {
  let stale = false;
  let runs: GridRun[] | undefined;
  const states: GridData["states"] = { ...data.states };
  const touched = new Map<string, Set<string>>();
  const own = new Set<string>();
  const kinship = kinshipOf(data.tasks);
  for (const change of changes) {
    if (change.kind === "run") {
      const at = data.runs.findIndex((run) => run.run_id === change.run_id);
      if (at < 0) {
        stale = true;
        continue;
      }
      runs ??= [...data.runs];
      runs[at] = patchRun(runs[at]!, change);
    } else if (change.kind === "task" && change.run_id && change.task_id) {
      const ofRun = states[change.run_id];
      if (!ofRun) {
        stale ||= !data.runs.some((run) => run.run_id === change.run_id);
        if (stale) continue;
        states[change.run_id] = {};
        own.add(change.run_id);
      } else if (!own.has(change.run_id)) {
        states[change.run_id] = { ...ofRun };
        own.add(change.run_id);
      }
      const cells = states[change.run_id]!;
      const instance = (change.map_index ?? -1) >= 0;
      if (instance || change.state === "expanded") {
        const exact = instance && patchMapped(cells, change, seen);
        stale ||= !exact;
      } else if (!kinship.groupsOf.has(change.task_id)) {
        stale = true;
      } else {
        cells[change.task_id] = patchCell(cells[change.task_id], change);
      }
      for (const group of kinship.groupsOf.get(change.task_id) ?? []) {
        const groups = touched.get(change.run_id) ?? new Set<string>();
        touched.set(change.run_id, groups.add(group));
      }
    } else {
      stale ||= change.kind === "history_deleted";
    }
  }
  for (const [run, groups] of touched) {
    for (const group of groups) states[run]![group] = cellOfGroup(states[run]!, kinship.tasksOf.get(group) ?? []);
  }
  if (own.size === 0 && !runs) return { data, stale };
  return { data: { ...data, states, runs: runs ?? data.runs }, stale };
}

export function patchRun<R extends Pick<GridRun, "state" | "start_date" | "end_date" | "duration">>(
  run: R,
  change: Change,
): R {
  const state = change.state ?? run.state;
  const next = { ...run, state };
  const at = timeOf(change);
  if (state === "running") {
    if (run.state !== "running") next.start_date = run.state === "queued" ? at : (run.start_date ?? at);
    next.end_date = null;
    next.duration = null;
  } else if (state === "success" || state === "failed") {
    next.end_date = at;
    if (next.start_date) next.duration = (Date.parse(at) - Date.parse(next.start_date)) / 1000;
  } else if (state === "queued") {
    next.start_date = next.end_date = null;
    next.duration = null;
  }
  return next;
}

function patchCell(cell: Cell | undefined, change: Change): Cell {
  const at = Date.parse(timeOf(change));
  const state = change.state === "cleared" ? null : (change.state ?? null);
  const [, oldTry = 0, oldStart = null, oldEnd = null, mapped = null, counts = null] = cell ?? [];
  const tryNumber = change.try_number ?? oldTry;
  if (state === "running") return [state, tryNumber, at, null, mapped, counts];
  if (state === "queued" || state === null) return [state, tryNumber, null, null, mapped, counts];
  if (state !== null && (FINISHED.has(state) || state === "up_for_retry")) {
    const ran = cell?.[0] === "running" || cell?.[0] === "deferred";
    return [state, tryNumber, oldStart, ran ? at : (oldEnd ?? (oldStart === null ? null : at)), mapped, counts];
  }
  return [state, tryNumber, oldStart, oldEnd, mapped, counts];
}

/** Moves one instance of a mapped task from its old state to its new one; false where the old one is not known. */
function patchMapped(cells: Record<string, Cell>, change: Change, seen: Map<string, string>): boolean {
  const key = JSON.stringify([change.run_id, change.task_id, change.map_index]);
  const before = seen.get(key);
  const after = change.state === "cleared" || !change.state ? NO_STATE : change.state;
  seen.set(key, after);
  const cell = cells[change.task_id!];
  const old = cell?.[5];
  if (!cell || !old) return false;
  const from = before ?? (Object.keys(old).length === 1 ? Object.keys(old)[0] : undefined);
  if (from === undefined) return false;
  const counts = { ...old, [after]: (old[after] ?? 0) + 1 };
  counts[from] = (counts[from] ?? 0) - 1;
  if ((counts[from] ?? 0) <= 0) delete counts[from];
  const at = Date.parse(timeOf(change));
  const state = stateOfMany(counts);
  const done = Object.keys(counts).every((name) => FINISHED.has(name));
  cells[change.task_id!] = [state, cell[1], cell[2] ?? at, done ? at : null, cell[4], counts];
  return true;
}

export function cellOfGroup(cells: Record<string, Cell>, tasks: string[]): Cell {
  const counts: StateCounts = {};
  let start: number | null = null;
  let end: number | null = null;
  let open = false;
  for (const task of tasks) {
    const cell = cells[task];
    const state = cell?.[0] ?? NO_STATE;
    counts[state] = (counts[state] ?? 0) + 1;
    if (!cell) continue;
    if (cell[2] !== null) start = start === null ? cell[2] : Math.min(start, cell[2]);
    if (cell[3] !== null) end = end === null ? cell[3] : Math.max(end, cell[3]);
    open ||= cell[2] !== null && cell[3] === null;
  }
  return [stateOfMany(counts), 0, start, open ? null : end, null, counts];
}
