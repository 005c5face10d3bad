// What the views of one DAG ask the server, each under a key that starts with ["dag", id].

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { dagPath, instancePath, runPath, taskPath, type InstanceKey, type RunKey } from "./paths";
import type {
  CalendarData,
  DagDetails,
  DagRun,
  GraphData,
  GridData,
  HistoryData,
  TaskDetails,
  TaskInstance,
  VariablesUsed,
  XComEntry,
} from "./shapes";

/** Which part of the DAG is looked at: all of it, or what hangs together with one task. */
export interface Focus {
  root?: string;
  upstream?: boolean;
  downstream?: boolean;
}

export interface GridQuery extends Focus {
  limit: number;
  before?: string;
  runType?: string;
  state?: string;
}

/** What follows the stream of changes by itself (see live.ts). */
const FOLLOWED = { live: false };

const focusQuery = (focus: Focus) => ({
  root: focus.root,
  upstream: focus.root ? focus.upstream : undefined,
  downstream: focus.root ? focus.downstream : undefined,
});

export const detailsQuery = (dagId: string) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "details"],
    queryFn: ({ signal }) => api.get<DagDetails>(`${dagPath(dagId)}/details`, undefined, { signal }),
  });

export const gridQuery = (dagId: string, query: GridQuery) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "grid", query],
    queryFn: ({ signal }) =>
      api.get<GridData>(
        `/ui/grid/${encodeURIComponent(dagId)}`,
        {
          limit: query.limit,
          before: query.before,
          run_type: query.runType,
          state: query.state,
          ...focusQuery(query),
        },
        { signal },
      ),
    // Fifty thousand cells are compared faster by their identity.
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });

export const graphQuery = (dagId: string, focus: Focus, version?: number) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "graph", focus, version ?? null],
    queryFn: ({ signal }) =>
      api.get<GraphData>(
        `/ui/graph/${encodeURIComponent(dagId)}`,
        { version_number: version, ...focusQuery(focus) },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });

export const historyQuery = (dagId: string, limit: number) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "history", limit],
    queryFn: ({ signal }) => api.get<HistoryData>(`/ui/history/${encodeURIComponent(dagId)}`, { limit }, { signal }),
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });

export const calendarQuery = (dagId: string, from: string, to: string) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "calendar", from, to],
    queryFn: ({ signal }) =>
      api.get<CalendarData>(`/ui/calendar/${encodeURIComponent(dagId)}`, { from, to }, { signal }),
    placeholderData: keepPreviousData,
  });

export const runQuery = (key: RunKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId],
    queryFn: ({ signal }) => api.get<DagRun>(runPath(key), undefined, { signal }),
  });

export const instanceQuery = (key: InstanceKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId, "task", key.taskId, key.mapIndex],
    queryFn: ({ signal }) => api.get<TaskInstance>(instancePath(key), undefined, { signal }),
  });

export const mappedQuery = (key: InstanceKey, page: { limit: number; offset: number; state?: string }) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId, "task", key.taskId, "mapped", page],
    queryFn: ({ signal }) =>
      api.get<Schema<"TaskInstanceList">>(
        `${taskPath(key)}/listMapped`,
        { limit: page.limit, offset: page.offset, state: page.state },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });

export const triesQuery = (key: InstanceKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId, "task", key.taskId, key.mapIndex, "tries"],
    queryFn: ({ signal }) =>
      api.get<Schema<"TaskInstanceList">>(`${instancePath(key)}/tries`, undefined, {
        signal,
      }),
  });

export const dependenciesQuery = (key: InstanceKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "waiting", key.runId, key.taskId, key.mapIndex],
    queryFn: ({ signal }) =>
      api.get<Schema<"DependencyList">>(`${instancePath(key)}/dependencies`, undefined, { signal }),
  });

export const linksQuery = (key: InstanceKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId, "task", key.taskId, key.mapIndex, "links"],
    queryFn: ({ signal }) =>
      api.get<{ extra_links: Record<string, string | null> }>(
        `${taskPath(key)}/links`,
        { map_index: key.mapIndex },
        { signal },
      ),
  });

export const xcomsQuery = (key: InstanceKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId, "task", key.taskId, key.mapIndex, "xcoms"],
    queryFn: ({ signal }) =>
      api.get<Schema<"XComList">>(`${taskPath(key)}/xcomEntries`, { map_index: key.mapIndex, limit: 200 }, { signal }),
  });

export const xcomQuery = (key: InstanceKey, name: string) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "run", key.runId, "task", key.taskId, key.mapIndex, "xcom", name],
    queryFn: ({ signal }) =>
      api.get<XComEntry>(
        `${taskPath(key)}/xcomEntries/${encodeURIComponent(name)}`,
        { map_index: key.mapIndex, deserialize: true },
        { signal },
      ),
  });

export const taskQuery = (dagId: string, taskId: string) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "tasks", taskId],
    queryFn: ({ signal }) =>
      api.get<TaskDetails>(`${dagPath(dagId)}/tasks/${encodeURIComponent(taskId)}`, undefined, { signal }),
  });

export const versionsQuery = (dagId: string) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "versions"],
    queryFn: ({ signal }) =>
      api.get<Schema<"DagVersionList">>(
        `${dagPath(dagId)}/dagVersions`,
        { limit: 100, order_by: "-version_number" },
        { signal },
      ),
  });

export const sourceQuery = (dagId: string, version?: number) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "source", version ?? null],
    queryFn: ({ signal }) =>
      api.get<Schema<"DagSourceBody">>(
        `/dagSources/${encodeURIComponent(dagId)}`,
        { version_number: version },
        { signal },
      ),
  });

export const variablesUsedQuery = (dagId: string) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "variablesUsed"],
    queryFn: ({ signal }) => api.get<VariablesUsed>(`${dagPath(dagId)}/variablesUsed`, undefined, { signal }),
  });

export interface RunsPage {
  limit: number;
  offset: number;
  state?: string;
  runType?: string;
  orderBy: string;
}

export const runsQuery = (dagId: string, page: RunsPage) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "runs", page],
    queryFn: ({ signal }) =>
      api.get<Schema<"DagRunList">>(
        `${dagPath(dagId)}/dagRuns`,
        { limit: page.limit, offset: page.offset, state: page.state, run_type: page.runType, order_by: page.orderBy },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });

export const runInstancesQuery = (key: RunKey) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", key.dagId, "instances", key.runId],
    queryFn: ({ signal }) =>
      api.get<Schema<"TaskInstanceList">>(`${runPath(key)}/taskInstances`, { limit: 1000 }, { signal }),
    structuralSharing: false,
  });

export const auditQuery = (
  dagId: string,
  page: { limit: number; offset: number; runId?: string; taskId?: string; text?: string; changesOnly?: boolean },
) =>
  queryOptions({
    meta: FOLLOWED,
    queryKey: ["dag", dagId, "audit", page],
    queryFn: ({ signal }) =>
      api.get<Schema<"EventLogList">>(
        "/eventLogs",
        {
          dag_id: dagId,
          run_id: page.runId,
          task_id: page.taskId,
          q: page.text,
          changes_only: page.changesOnly || undefined,
          limit: page.limit,
          offset: page.offset,
          order_by: "-when",
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
