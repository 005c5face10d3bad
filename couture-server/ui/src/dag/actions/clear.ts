import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { dagPath } from "../data/paths";

export type ClearOption = "upstream" | "downstream" | "past" | "future" | "onlyFailed" | "newest";

export const CLEAR_OPTIONS: readonly (readonly [ClearOption, string, string])[] = [
  ["downstream", "Downstream", "also the tasks that come after it"],
  ["upstream", "Upstream", "also the tasks that come before it"],
  ["past", "Past", "also in the runs before this one"],
  ["future", "Future", "also in the runs after this one"],
  ["onlyFailed", "Only failed", "only instances that failed"],
  ["newest", "Newest version of the DAG", "run again as the DAG is written now, not as it was when the run began"],
];

/** A task, or one instance of a mapped one. */
export type Named = string | [string, number];

export interface Clearing {
  dagId: string;
  runId: string;
  tasks: Named[];
  options: Record<ClearOption, boolean>;
  /** Whether runs of the DAG go on in its newest version where nobody says otherwise. */
  newestByDefault: boolean;
}

/** What is asked of the version: nothing where the DAG's own way is wanted, which gives way where the newest version does not fit. */
export const versionWish = (newest: boolean, newestByDefault: boolean) =>
  newest === newestByDefault ? {} : { run_on_latest_version: newest };

/** Clears task instances, or with `dryRun` tells which it would clear. */
export function clearInstances(
  { dagId, runId, tasks, options, newestByDefault }: Clearing,
  dryRun: boolean,
  signal?: AbortSignal,
) {
  const body = {
    dry_run: dryRun,
    dag_run_id: runId,
    task_ids: tasks,
    include_upstream: options.upstream,
    include_downstream: options.downstream,
    include_past: options.past,
    include_future: options.future,
    only_failed: options.onlyFailed,
    reset_dag_runs: true,
    ...versionWish(options.newest, newestByDefault),
  };
  return api.post<Schema<"AffectedList">>(`${dagPath(dagId)}/clearTaskInstances`, body, { signal });
}
