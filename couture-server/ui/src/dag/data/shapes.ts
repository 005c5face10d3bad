// The shapes of the answers that this part of the page reads, as far as it reads them.

/** A state of a task instance; null is one that nothing has happened to yet. */
export type TaskState = string | null;

export type Instant = string | null;

export interface DagDetails {
  dag_id: string;
  dag_display_name: string;
  description: string | null;
  is_paused: boolean;
  is_stale: boolean;
  is_master?: boolean;
  quarantined?: string | boolean | null;
  has_import_errors: boolean;
  owners: string[];
  tags: { name: string }[];
  timetable_summary: string | null;
  timetable_description: string | null;
  timezone: string | null;
  catchup: boolean;
  max_active_runs: number | null;
  max_active_tasks: number | null;
  start_date: Instant;
  end_date: Instant;
  next_dagrun_logical_date: Instant;
  next_dagrun_run_after: Instant;
  dag_run_timeout: unknown;
  doc_md: string | null;
  fileloc: string | null;
  relative_fileloc?: string | null;
  file_token: string | null;
  last_parsed: Instant;
  last_parsed_time: Instant;
  latest_dag_version: DagVersion | null;
  params: Record<string, unknown> | null;
}

export interface DagVersion {
  id: string;
  version_number: number;
  dag_id: string;
  bundle_name: string | null;
  bundle_version: string | null;
  created_at: Instant;
}

/** A row of the grid: a task, or a group that holds more. */
export interface TaskNode {
  id: string;
  label: string;
  kind: "task" | "group";
  operator?: string | null;
  is_mapped?: boolean | null;
  trigger_rule?: string | null;
  tooltip?: string | null;
  ui_color?: string | null;
  children?: TaskNode[] | null;
}

export interface GridRun {
  run_id: string;
  run_type: string;
  state: string;
  logical_date: Instant;
  run_after: Instant;
  queued_at: Instant;
  start_date: Instant;
  end_date: Instant;
  duration: number | null;
  dag_version: number | null;
  note: string | null;
  conf_is_empty: boolean;
}

export type StateCounts = Record<string, number>;

/** State, try, start and end (ms since 1970), number of mapped instances, and states of what it stands for. */
export type Cell = [
  state: TaskState,
  tryNumber: number,
  startMs: number | null,
  endMs: number | null,
  mappedCount: number | null,
  counts: StateCounts | null,
];

export interface GridData {
  tasks: TaskNode[];
  /** As the server orders them: the newest first. */
  runs: GridRun[];
  states: Record<string, Record<string, Cell>>;
  next_run: { logical_date: Instant; run_after: Instant } | null;
}

export interface GraphNode {
  id: string;
  label: string;
  kind: "task" | "group" | "asset" | "join";
  operator?: string | null;
  ui_color?: string | null;
  ui_fgcolor?: string | null;
  is_mapped?: boolean | null;
  trigger_rule?: string | null;
  doc_md?: string | null;
  tooltip?: string | null;
  target_dag_id?: string | null;
  setup_teardown?: string | null;
  children?: GraphNode[] | null;
}

export interface GraphEdge {
  source: string;
  target: string;
  label?: string | null;
  is_setup_teardown?: boolean | null;
}

export interface GraphData {
  nodes: GraphNode[];
  edges: GraphEdge[];
  arrange: string;
}

export interface HistoryRun {
  run_id: string;
  logical_date: Instant;
  data_interval_end: Instant;
  start_date: Instant;
  end_date: Instant;
  state: string;
}

/** Run, task, state, start and end (ms since 1970), try, landing time (s after the end of the data interval). */
export type HistoryCell = [
  run: number,
  task: number,
  state: TaskState,
  startMs: number | null,
  endMs: number | null,
  tryNumber: number,
  landingS: number | null,
];

export interface HistoryData {
  runs: HistoryRun[];
  tasks: string[];
  cells: HistoryCell[];
}

export interface CalendarData {
  days: { date: string; states: StateCounts }[];
}

export interface TaskInstance {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  task_display_name: string;
  map_index: number;
  rendered_map_index?: string | null;
  state: TaskState;
  try_number: number;
  max_tries: number;
  start_date: Instant;
  end_date: Instant;
  queued_when: Instant;
  scheduled_when: Instant;
  logical_date: Instant;
  run_after: Instant;
  duration: number | null;
  hostname: string | null;
  pid: number | null;
  unixname: string | null;
  operator: string | null;
  operator_name?: string | null;
  pool: string | null;
  pool_slots: number | null;
  priority_weight: number | null;
  queue: string | null;
  executor: string | null;
  note: string | null;
  rendered_fields?: Record<string, unknown> | null;
  /** Why it failed or was skipped, or what it waits for. */
  reason?: string | null;
  dag_version?: DagVersion | null;
}

export interface DagRun {
  dag_run_id: string;
  dag_id: string;
  state: string;
  run_type: string;
  triggered_by: string | null;
  triggering_user_name: string | null;
  logical_date: Instant;
  run_after: Instant;
  queued_at: Instant;
  start_date: Instant;
  end_date: Instant;
  duration: number | null;
  data_interval_start: Instant;
  data_interval_end: Instant;
  last_scheduling_decision: Instant;
  note: string | null;
  conf: Record<string, unknown> | null;
  dag_versions?: DagVersion[] | null;
}

export interface TaskDetails {
  task_id: string;
  task_display_name: string | null;
  operator_name: string | null;
  owner: string | null;
  pool: string | null;
  pool_slots: number | null;
  queue: string | null;
  priority_weight: number | null;
  weight_rule: string | null;
  retries: number | null;
  trigger_rule: string | null;
  depends_on_past: boolean;
  wait_for_downstream: boolean;
  doc_md: string | null;
  downstream_task_ids: string[] | null;
  template_fields: string[] | null;
  is_mapped: boolean | null;
  target_dag_id?: string | null;
  ui_color?: string | null;
  ui_fgcolor?: string | null;
}

export interface Dependency {
  name: string;
  reason: string;
}

export interface XComEntry {
  key: string;
  task_id: string;
  map_index: number;
  timestamp: Instant;
  value?: unknown;
}

export interface EventLog {
  event_log_id: number | string;
  when: Instant;
  dag_id: string | null;
  task_id: string | null;
  run_id: string | null;
  map_index: number | null;
  try_number: number | null;
  event: string;
  owner: string | null;
  user?: string | null;
  extra: string | null;
}

export interface VariablesUsed {
  variables: { key: string; is_set: boolean }[];
  connections: { conn_id: string; is_set: boolean }[];
}
