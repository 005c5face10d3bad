/** The shapes of the API's answers, as far as the page reads them. Times are RFC 3339 texts in UTC; unknown is null. */

export type RunState = "queued" | "running" | "success" | "failed";
export type TaskState =
  | "scheduled"
  | "queued"
  | "running"
  | "success"
  | "failed"
  | "up_for_retry"
  | "up_for_reschedule"
  | "upstream_failed"
  | "skipped"
  | "removed"
  | "restarting"
  | "deferred";
export type State = RunState | TaskState;
export type RunType = "manual" | "scheduled" | "backfill" | "asset_triggered";

export interface Permission {
  action: string;
  resource: string;
}

export interface Me {
  user: {
    username: string;
    first_name: string | null;
    last_name: string | null;
    email: string | null;
    roles: string[];
    must_change_password: boolean;
    source: "database" | "ldap";
    login_count: number;
    last_login: string | null;
  };
  permissions: Permission[];
  csrf_token: string | null;
}

export interface RecentRun {
  run_id: string;
  state: RunState;
  logical_date: string | null;
  start_date: string | null;
  end_date: string | null;
  run_type: RunType;
}

export interface Dag {
  dag_id: string;
  dag_display_name: string;
  is_paused: boolean;
  is_stale: boolean;
  description: string | null;
  fileloc: string;
  file_token: string;
  owners: string[];
  tags: { name: string; dag_id: string }[];
  timetable_summary: string | null;
  timetable_description: string | null;
  last_parsed_time: string | null;
  next_dagrun_logical_date: string | null;
  next_dagrun_run_after: string | null;
  max_active_runs: number | null;
  has_import_errors: boolean;
  quarantined?: boolean | string | null;
  is_master?: boolean;
  recent_runs?: RecentRun[];
  run_states?: Record<string, number>;
  task_states?: Record<string, number>;
}

export interface DagDetails extends Dag {
  catchup: boolean;
  doc_md: string | null;
  start_date: string | null;
  end_date: string | null;
  params: Record<string, { value: unknown; description: string | null; schema: Record<string, unknown> }> | null;
  latest_dag_version: DagVersion | null;
  timezone: string | null;
  concurrency?: number | null;
}

export interface DagVersion {
  id: string;
  version_number: number;
  dag_id: string;
  dag_display_name: string;
  bundle_name: string | null;
  bundle_version: string | null;
  bundle_url: string | null;
  created_at: string;
}

export interface DagRun {
  dag_run_id: string;
  dag_id: string;
  dag_display_name: string;
  logical_date: string | null;
  queued_at: string | null;
  start_date: string | null;
  end_date: string | null;
  duration: number | null;
  data_interval_start: string | null;
  data_interval_end: string | null;
  run_after: string;
  run_type: RunType;
  state: RunState;
  triggered_by: string | null;
  triggering_user_name: string | null;
  conf: Record<string, unknown> | null;
  note: string | null;
  dag_versions: DagVersion[];
}

export interface TaskInstance {
  id: string;
  task_id: string;
  dag_id: string;
  dag_run_id: string;
  map_index: number;
  logical_date: string | null;
  run_after: string;
  start_date: string | null;
  end_date: string | null;
  duration: number | null;
  state: TaskState | null;
  try_number: number;
  max_tries: number;
  task_display_name: string;
  hostname: string | null;
  unixname: string | null;
  pool: string;
  pool_slots: number;
  queue: string | null;
  priority_weight: number | null;
  operator: string | null;
  operator_name?: string | null;
  queued_when: string | null;
  scheduled_when: string | null;
  pid: number | null;
  executor: string | null;
  note: string | null;
  rendered_map_index: string | null;
  rendered_fields: Record<string, unknown>;
  dag_version: DagVersion | null;
}

export interface ImportError {
  import_error_id: number;
  timestamp: string;
  filename: string;
  bundle_name: string | null;
  stack_trace: string;
  /** The file was read, and its DAGs are here: something about it is odd. */
  is_warning: boolean;
}

/** Something that changed, as the live stream tells it. */
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
