/**
 * The shapes of the API's answers, made of the server's own description of itself: `openapi.json` (kept as the server serves it by a
 * test), of which `npm run types:api` makes `schema.d.ts`. Times are RFC 3339 texts in UTC; unknown is null.
 */

import type { components } from "./schema";

type Schemas = components["schemas"];

/** A schema of the description, by its name there. */
export type Schema<Name extends keyof Schemas> = Schemas[Name];

/** A schema of which the description tells less than the server keeps to; what is told here must fit what is told there. */
export type Told<S, More extends Partial<S>> = Omit<S, keyof More> & More;

export type RunState = Schema<"DagRunState">;
export type TaskState = Schema<"TaskInstanceState">;
export type State = RunState | TaskState;
export type RunType = Schema<"DagRunType">;

export type Permission = Schema<"PermissionBody">;
export type User = Schema<"UserBody">;
/** Who is logged in: a person, for the page. */
export type Me = Told<Schema<"MeBody">, { user: User }>;

export type RecentRun = Schema<"RecentRun">;
export type Dag = Schema<"Dag">;
export type DagDetails = Schema<"DagDetails">;
export type DagVersion = Schema<"DagVersion">;
export type DagRun = Schema<"DagRun">;
export type TaskInstance = Schema<"TaskInstance">;
export type ImportError = Schema<"ImportErrorBody">;

/** Something that changed, as the live stream tells it: streams are not in the description. */
export interface Change {
  at?: string;
  kind: "dag" | "run" | "task" | "asset" | "sla_miss" | "backfill" | "history_deleted";
  dag_id: string | null;
  run_id?: string | null;
  task_id?: string | null;
  map_index?: number | null;
  try_number?: number | null;
  state?: string | null;
}
