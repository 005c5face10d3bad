/** An asset: something that tasks change, and DAGs wait for. */
export interface Asset {
  id?: number;
  name: string;
  uri: string;
  group?: string | null;
  extra: unknown;
  scheduled_dags: { dag_id: string }[];
  producing_tasks: { dag_id: string; task_id: string }[];
  consuming_tasks: { dag_id: string; task_id: string }[];
  last_asset_event: { timestamp: string } | null;
}

export interface AssetEvent {
  id?: number;
  name?: string;
  uri?: string;
  timestamp: string;
  extra: unknown;
  source_dag_id: string | null;
  source_task_id: string | null;
  source_run_id: string | null;
  source_map_index: number | null;
}

/** What stands for an asset in the API's addresses. */
export function assetKey(asset: Asset): string {
  return String(asset.id ?? asset.name);
}
