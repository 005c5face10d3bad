// What the page of exploratory data analysis asks the server.

import { queryOptions } from "@tanstack/react-query";
import { address, api, ApiError, part } from "../../../api/client";
import type { DagRun, RunState, Schema, TaskInstance } from "../../../api/types";
import { everything } from "../../../table/rows";
import { orderedBy, type Ordered } from "./names";
import type { Output } from "./tree";

export const RESOURCE = "Exploratory Data Analysis";
/** The DAG whose runs the analyses are. */
export const EDA_DAG = "exploratory_data_analysis";
export const SOURCES = "edaSources";
export const OUTPUTS = "edaOutputs";

export type Kind = Schema<"EdaKind">;

/** The names of the two kinds, as people read them. */
export const KIND_NAMES: Record<Kind, { name: string; level: string }> = {
  preliminary: { name: "Preliminary", level: "L0" },
  data_importance: { name: "Data importance", level: "L1" },
};

/** A source of the list; `source` says where the data is, and is its key. */
export type Source = Schema<"EdaSource">;

/** What the server says of an analysis that it began; where another server has to begin it, only `detail`. */
export type Answered = Partial<Started> & { detail?: string };

/** An analysis that began. */
export type Started = Schema<"StartedEdaRun">;

/** An analysis, as its run tells of it. */
export interface Analysis extends Ordered {
  runId: string;
  state: RunState;
  by: string | null;
  run: Pick<DagRun, "run_after" | "start_date" | "end_date">;
}

export const analysisOf = (run: DagRun): Analysis => ({
  ...orderedBy(run.conf),
  runId: run.dag_run_id,
  state: run.state,
  by: run.triggering_user_name,
  run,
});

/** The address of a file among the outputs. */
export const outputAddress = (path: string) => address("/eda/outputs/file", { path });

export const sourcesQuery = queryOptions({
  queryKey: [SOURCES],
  queryFn: async ({ signal }) => {
    const { sources } = await api.get<Schema<"EdaSourceList">>("/eda/sources", undefined, { signal });
    return sources;
  },
});

export const outputsQuery = queryOptions({
  queryKey: [OUTPUTS],
  queryFn: ({ signal }) => everything<Output>("/eda/outputs", "outputs", undefined, signal),
});

const RECENT = 6;

/** The newest analyses; the stream of changes keeps them true by their key. */
export const recentQuery = queryOptions({
  queryKey: ["dag", EDA_DAG, "recent"],
  queryFn: async ({ signal }): Promise<DagRun[]> => {
    try {
      const query = { order_by: "-run_after", limit: RECENT };
      const answer = await api.get<{ dag_runs: DagRun[] }>(`/dags/${EDA_DAG}/dagRuns`, query, { signal });
      return answer.dag_runs;
    } catch (error) {
      // Its DAG comes with the first analysis.
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  },
});

export const taskQuery = (runId: string) =>
  queryOptions({
    queryKey: ["dag", EDA_DAG, "run", runId, "only task"],
    queryFn: async ({ signal }): Promise<TaskInstance | null> => {
      const path = `/dags/${EDA_DAG}/dagRuns/${part(runId)}/taskInstances`;
      const answer = await api.get<{ task_instances: TaskInstance[] }>(path, { limit: 1 }, { signal });
      return answer.task_instances[0] ?? null;
    },
  });
