import { api } from "../../api/client";
import { paths } from "../../app/paths";
import { dagPath, taskPath, type InstanceKey } from "../data/paths";
import type { XComEntry } from "../data/shapes";

/** The run of another DAG that a task instance started, if there is one yet. */
export async function startedRun(key: InstanceKey, targetDagId: string): Promise<string | null> {
  for (const name of ["trigger_run_id", "return_value"]) {
    const path = `${taskPath(key)}/xcomEntries/${name}`;
    const entry = await api.get<XComEntry>(path, { map_index: key.mapIndex, deserialize: true }).catch(() => null);
    if (typeof entry?.value === "string" && entry.value) {
      const run = await api.get(`${dagPath(targetDagId)}/dagRuns/${encodeURIComponent(entry.value)}`).catch(() => null);
      if (run) return entry.value;
    }
  }
  // While the task still waits for its run, it has told no XCom; the run's id names who started it.
  const mark = `${key.runId}__${key.dagId}.${key.taskId}`;
  const { dag_runs } = await api
    .get<{ dag_runs: { dag_run_id: string }[] }>(`${dagPath(targetDagId)}/dagRuns`, {
      limit: 50,
      order_by: "-run_after",
    })
    .catch(() => ({ dag_runs: [] }));
  return dag_runs.find((run) => run.dag_run_id.includes(mark))?.dag_run_id ?? null;
}

/** Where a zoom leads: the other DAG's graph, with its run if it is known and the way back. */
export function zoomAddress(targetDagId: string, runId: string | null, from: { dag: string; to: string }): string {
  const query = new URLSearchParams();
  if (runId) query.set("run", runId);
  query.set("via", JSON.stringify(from));
  return `${paths.dag(targetDagId, "graph")}?${query.toString()}`;
}
