// The shapes of the answers that this part of the page reads: the server's own, and what its description has no words for.

import type { Schema, Told } from "../../api/types";

/** What is read as if only the fields of these names were sure: a preview or a test need not make up the others. */
type Sure<S, Names extends keyof S> = Pick<S, Names> & Partial<Omit<S, Names>>;

export type { DagDetails, DagRun, DagVersion, TaskInstance } from "../../api/types";

/** A state of a task instance; null is one that nothing has happened to yet. */
export type TaskState = string | null;

export type Instant = string | null;

/** A row of the grid: a task, or a group that holds more. */
export type TaskNode = Sure<Omit<Schema<"TreeNode">, "kind" | "children">, "id" | "label"> & {
  kind: "task" | "group";
  children?: TaskNode[] | null;
};

export type GridRun = Schema<"GridRun">;

export type StateCounts = Record<string, number>;

/** State, try, start and end (ms since 1970), number of mapped instances, and states of what it stands for. */
export type Cell = [
  state: TaskState,
  tryNumber: number,
  startMs: number | null,
  endMs: number | null,
  mappedCount: number | null,
  counts: StateCounts | null,
];

/** Its runs are as the server orders them: the newest first. */
export type GridData = Omit<Schema<"Grid">, "tasks" | "states"> & {
  tasks: TaskNode[];
  states: Record<string, Record<string, Cell>>;
};

export type GraphNode = Sure<Omit<Schema<"GraphNode">, "kind" | "children">, "id" | "label"> & {
  kind: "task" | "group" | "asset" | "join";
  children?: GraphNode[] | null;
};

export type GraphEdge = Sure<Schema<"GraphEdge">, "source" | "target">;

export type GraphData = Omit<Schema<"Graph">, "nodes" | "edges"> & { nodes: GraphNode[]; edges: GraphEdge[] };

export type HistoryRun = Schema<"HistoryRun">;

/** Run, task, state, start and end (ms since 1970), try, landing time (s after the end of the data interval). */
export type HistoryCell = [
  run: number,
  task: number,
  state: TaskState,
  startMs: number | null,
  endMs: number | null,
  tryNumber: number,
  landingS: number | null,
];

export type HistoryData = Told<Schema<"History">, { cells: HistoryCell[] }>;

export type CalendarData = Schema<"Calendar">;

export type TaskDetails = Schema<"Task">;

export type Dependency = Schema<"Dependency">;

/** An entry, with its value where it was asked for alone. */
export type XComEntry = Schema<"XCom"> & { value?: unknown };

export type EventLog = Schema<"EventLogBody">;

export type VariablesUsed = Schema<"Used">;
