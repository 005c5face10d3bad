import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { NO_STATE, cellOfGroup, kinshipOf, stateOfMany } from "./patch";
import { gridQuery, runInstancesQuery, runQuery } from "./queries";
import type { Cell, DagRun, GridData, GridRun, StateCounts, TaskInstance } from "./shapes";
import type { View } from "./view";

/** The grid as the address asks for it, its runs turned so that the oldest comes first. */
export function useGridData(dagId: string, view: View) {
  const { limit, before, runType, runState, focus } = view;
  const query = useQuery(gridQuery(dagId, { limit, before, runType, state: runState, ...focus }));
  const runs = query.data?.runs;
  const oldestFirst = useMemo(() => (runs ? [...runs].reverse() : []), [runs]);
  return { query, runs: oldestFirst };
}

/** The cells of the chosen run (the newest where none is chosen), for views that show one run. */
export function useRunCells(dagId: string, view: View) {
  const { query, runs } = useGridData(dagId, view);
  const newest = runs[runs.length - 1];
  const runId = view.runId ?? newest?.run_id;
  const inGrid = runs.find((run) => run.run_id === runId);
  const outside = query.data !== undefined && runId !== undefined && !inGrid;
  const key = { dagId, runId: runId ?? "" };
  const instances = useQuery({ ...runInstancesQuery(key), enabled: outside });
  const other = useQuery({ ...runQuery(key), enabled: outside });
  const data = query.data;
  const cells = useMemo(() => {
    if (!data || !runId) return {};
    if (!outside) return data.states[runId] ?? {};
    return instances.data ? cellsOf(data, instances.data.task_instances) : {};
  }, [data, runId, outside, instances.data]);
  const run = inGrid ?? (other.data ? gridRun(other.data) : undefined);
  return { query, runs, run, runId, cells };
}

const milliseconds = (time: string | null) => (time ? Date.parse(time) : null);

function cellsOf(data: GridData, instances: TaskInstance[]): Record<string, Cell> {
  const cells: Record<string, Cell> = {};
  const mapped = new Map<string, StateCounts>();
  for (const one of instances) {
    const [start, end] = [milliseconds(one.start_date), milliseconds(one.end_date)];
    if (one.map_index < 0) {
      cells[one.task_id] = [one.state, one.try_number, start, end, null, null];
      continue;
    }
    const counts = mapped.get(one.task_id) ?? {};
    mapped.set(one.task_id, counts);
    const state = one.state ?? NO_STATE;
    counts[state] = (counts[state] ?? 0) + 1;
    const old = cells[one.task_id];
    const first = old?.[2] != null && start !== null ? Math.min(old[2], start) : (start ?? old?.[2] ?? null);
    const last = old?.[3] != null && end !== null ? Math.max(old[3], end) : (end ?? old?.[3] ?? null);
    cells[one.task_id] = [stateOfMany(counts), one.try_number, first, last, (old?.[4] ?? 0) + 1, counts];
  }
  for (const [group, tasks] of kinshipOf(data.tasks).tasksOf) cells[group] = cellOfGroup(cells, tasks);
  return cells;
}

function gridRun(run: DagRun): GridRun {
  return {
    run_id: run.dag_run_id,
    run_type: run.run_type,
    state: run.state,
    logical_date: run.logical_date,
    run_after: run.run_after,
    queued_at: run.queued_at,
    start_date: run.start_date,
    end_date: run.end_date,
    duration: run.duration,
    dag_version: run.dag_versions?.at(-1)?.version_number ?? null,
    note: run.note,
    conf_is_empty: !run.conf || Object.keys(run.conf).length === 0,
  };
}
