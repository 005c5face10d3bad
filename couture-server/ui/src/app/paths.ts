import { part } from "../api/client";

/** The page's own addresses: every link is made here. */
export const paths = {
  dags: "/dags",
  /** One DAG, in one of its views (the grid by default). */
  dag: (dagId: string, view = "grid") => `/dags/${part(dagId)}/${view}`,
  /** One run, shown in the grid. */
  run: (dagId: string, runId: string) => `/dags/${part(dagId)}/grid?run=${part(runId)}`,
  /** One task of a DAG. */
  task: (dagId: string, taskId: string) => `/dags/${part(dagId)}/grid?task=${part(taskId)}`,
  /** One task instance, in one of its tabs (log, details, rendered, xcom, tries). */
  taskInstance: (dagId: string, runId: string, taskId: string, mapIndex = -1, tab = "log") =>
    `/dags/${part(dagId)}/grid?run=${part(runId)}&task=${part(taskId)}${mapIndex >= 0 ? `&map=${mapIndex}` : ""}&tab=${tab}`,
  asset: (id: string | number) => `/browse/assets/${part(id)}`,
  file: (path: string) => `/developer/dags/edit?path=${part(path)}`,
} as const;
