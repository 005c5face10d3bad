import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import type { TaskInstance } from "../../api/types";
import { paths } from "../../app/paths";
import { confirm } from "../../parts/confirm";
import { eachOf } from "../../parts/each";
import { StateBadge, stateWords, TASK_STATES } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import { containing, type BulkAction, type Column, type Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";

const filters: Filter[] = [
  { id: "dag_id", label: "DAG", kind: "exact", query: () => ({}) },
  { id: "run_id", label: "Run", kind: "exact", query: () => ({}) },
  { id: "dag", label: "DAG", kind: "text", query: (value) => ({ dag_id_pattern: containing(value) }) },
  { id: "task", label: "Task", kind: "text", query: (value) => ({ task_display_name_pattern: containing(value) }) },
  {
    id: "state",
    label: "State",
    kind: "many",
    options: TASK_STATES.map((state) => ({ value: state, label: stateWords(state) })),
  },
  { id: "run", label: "Run", kind: "text", extra: true, query: (value) => ({ run_id_pattern: containing(value) }) },
  {
    id: "operator",
    label: "Operator",
    kind: "text",
    extra: true,
    query: (value) => ({ operator_name_pattern: containing(value) }),
  },
  { id: "pool", label: "Pool", kind: "text", extra: true, query: (value) => ({ pool: [value] }) },
  { id: "queue", label: "Queue", kind: "text", extra: true, query: (value) => ({ queue: [value] }) },
  { id: "from", label: "Started from", kind: "time", extra: true, query: (value) => ({ start_date_gte: value }) },
  { id: "to", label: "to", kind: "time", extra: true, query: (value) => ({ start_date_lte: value }) },
];

const place = (ti: TaskInstance, tab?: string) =>
  paths.taskInstance(ti.dag_id, ti.dag_run_id, ti.task_id, ti.map_index, tab);

const columns: Column<TaskInstance>[] = [
  { id: "state", title: "State", sort: true, cell: (ti) => <StateBadge state={ti.state} /> },
  {
    id: "dag_id",
    title: "DAG",
    sort: true,
    wide: true,
    cell: (ti) => <Link to={paths.dag(ti.dag_id)}>{ti.dag_id}</Link>,
  },
  {
    id: "task_id",
    title: "Task",
    sort: "task_display_name",
    wide: true,
    cell: (ti) => (
      <Link to={place(ti)}>
        {ti.task_id}
        {ti.map_index >= 0 && <span className="faint"> [{ti.rendered_map_index ?? ti.map_index}]</span>}
      </Link>
    ),
  },
  {
    id: "run",
    title: "Run",
    sort: "run_id",
    className: "id",
    cell: (ti) => (
      <Link to={paths.run(ti.dag_id, ti.dag_run_id)} title={ti.dag_run_id}>
        {ti.dag_run_id}
      </Link>
    ),
  },
  { id: "operator", title: "Operator", cell: (ti) => ti.operator_name ?? ti.operator },
  { id: "try", title: "Try", align: "right", cell: (ti) => ti.try_number },
  { id: "start_date", title: "Started", sort: true, cell: (ti) => <Time value={ti.start_date} /> },
  {
    id: "duration",
    title: "Took",
    sort: true,
    align: "right",
    cell: (ti) => (
      <Duration seconds={ti.state === "running" ? null : ti.duration} start={ti.start_date} end={ti.end_date} />
    ),
  },
  { id: "pool", title: "Pool", cell: (ti) => ti.pool },
  { id: "host", title: "Host", className: "id spare", cell: (ti) => ti.hostname || <span className="faint">–</span> },
];

const runPath = (ti: TaskInstance) => `/dags/${part(ti.dag_id)}/dagRuns/${part(ti.dag_run_id)}`;
const instancePath = (ti: TaskInstance) =>
  `${runPath(ti)}/taskInstances/${part(ti.task_id)}${ti.map_index >= 0 ? `/${ti.map_index}` : ""}`;

/** All task instances of all runs. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const act = (label: string, body: string, done: string, each: (ti: TaskInstance) => Promise<unknown>) => ({
    label,
    run: (rows: TaskInstance[], clear: () => void) =>
      void confirm({
        title: `${label} ${rows.length} task ${rows.length === 1 ? "instance" : "instances"}?`,
        body,
        action: label,
        run: async () => {
          await eachOf(rows, "task instances", done, each);
          clear();
          await client.invalidateQueries({ queryKey: ["taskInstances"] });
        },
      }),
  });
  const clear = (downstream: boolean) => (ti: TaskInstance) =>
    api.post(`/dags/${part(ti.dag_id)}/clearTaskInstances`, {
      dry_run: false,
      dag_run_id: ti.dag_run_id,
      task_ids: [ti.map_index >= 0 ? [ti.task_id, ti.map_index] : ti.task_id],
      only_failed: false,
      include_downstream: downstream,
      reset_dag_runs: true,
    });
  const mark = (new_state: string) => (ti: TaskInstance) => api.patch(instancePath(ti), { new_state });
  const bulk: BulkAction<TaskInstance>[] = may("edit", "Task Instances")
    ? [
        act("Clear", "They run again, and nothing else.", "cleared", clear(false)),
        act("Clear with downstream", "They run again, and everything that comes after them.", "cleared", clear(true)),
        act(
          "Mark success",
          "What still runs is stopped; what waits for them may start.",
          "marked as success",
          mark("success"),
        ),
        act("Mark failed", "What still runs is stopped.", "marked as failed", mark("failed")),
        act(
          "Mark skipped",
          "What still runs is stopped; what waits for them goes by its trigger rule.",
          "marked as skipped",
          mark("skipped"),
        ),
      ]
    : [];
  return (
    <ListPage
      title="Task Instances"
      list="taskInstances"
      path={({ dag_id, run_id }) => `/dags/${part(dag_id || "~")}/dagRuns/${part(run_id || "~")}/taskInstances`}
      plural="task_instances"
      empty="Switch a DAG on, or trigger one."
      columns={columns}
      rowKey={(ti) => `${ti.dag_id}/${ti.dag_run_id}/${ti.task_id}/${ti.map_index}`}
      filters={filters}
      sort="-start_date"
      bulk={bulk}
    />
  );
}
