// The addresses of what belongs to one DAG, relative to the API.

import { part } from "../../api/client";

export interface RunKey {
  dagId: string;
  runId: string;
}

/** An instance of a task; mapIndex is -1 where the task is not mapped. */
export interface InstanceKey extends RunKey {
  taskId: string;
  mapIndex: number;
}

export const dagPath = (dagId: string) => `/dags/${part(dagId)}`;
export const runPath = ({ dagId, runId }: RunKey) => `${dagPath(dagId)}/dagRuns/${part(runId)}`;
export const taskPath = (key: InstanceKey) => `${runPath(key)}/taskInstances/${part(key.taskId)}`;
export const instancePath = (key: InstanceKey) =>
  key.mapIndex >= 0 ? `${taskPath(key)}/${key.mapIndex}` : taskPath(key);
