import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import type { DagRun } from "../../api/types";
import { paths } from "../../app/paths";
import { confirm } from "../../parts/confirm";
import { eachOf } from "../../parts/each";
import { RUN_STATES, StateBadge } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import { containing, type BulkAction, type Column, type Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import { ConfCell } from "./ConfCell";

const RUN_TYPES = ["manual", "scheduled", "backfill", "asset_triggered"];

const filters: Filter[] = [
  { id: "dag_id", label: "DAG", kind: "exact", query: () => ({}) },
  { id: "dag", label: "DAG", kind: "text", query: (value) => ({ dag_id_pattern: containing(value) }) },
  { id: "run", label: "Run", kind: "text", query: (value) => ({ run_id_pattern: containing(value) }) },
  { id: "state", label: "State", kind: "many", options: RUN_STATES.map((state) => ({ value: state, label: state })) },
  {
    id: "run_type",
    label: "Type",
    kind: "many",
    options: RUN_TYPES.map((type) => ({ value: type, label: type.replaceAll("_", " ") })),
  },
  {
    id: "from",
    label: "Logical date from",
    kind: "time",
    extra: true,
    query: (value) => ({ logical_date_gte: value }),
  },
  { id: "to", label: "to", kind: "time", extra: true, query: (value) => ({ logical_date_lte: value }) },
  { id: "started", label: "Started from", kind: "time", extra: true, query: (value) => ({ start_date_gte: value }) },
];

const columns: Column<DagRun>[] = [
  { id: "state", title: "State", sort: true, cell: (run) => <StateBadge state={run.state} /> },
  {
    id: "dag_id",
    title: "DAG",
    sort: true,
    wide: true,
    cell: (run) => <Link to={paths.dag(run.dag_id)}>{run.dag_id}</Link>,
  },
  {
    id: "run_id",
    title: "Run",
    sort: "run_id",
    className: "id",
    cell: (run) => (
      <Link to={paths.run(run.dag_id, run.dag_run_id)} title={run.dag_run_id}>
        {run.dag_run_id}
      </Link>
    ),
  },
  { id: "run_type", title: "Type", cell: (run) => run.run_type?.replaceAll("_", " ") },
  { id: "logical_date", title: "Logical date", sort: true, cell: (run) => <Time value={run.logical_date} /> },
  { id: "start_date", title: "Started", sort: true, cell: (run) => <Time value={run.start_date} /> },
  {
    id: "duration",
    title: "Took",
    sort: true,
    align: "right",
    cell: (run) => <Duration start={run.start_date} end={run.end_date} />,
  },
  { id: "by", title: "By", cell: (run) => run.triggering_user_name ?? <span className="faint">–</span> },
  {
    id: "conf",
    title: "Conf",
    cell: (run) => <ConfCell title={`Configuration of ${run.dag_run_id}`} value={run.conf} />,
  },
];

const runPath = (run: DagRun) => `/dags/${part(run.dag_id)}/dagRuns/${part(run.dag_run_id)}`;

/** All runs of all DAGs. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const act = (label: string, body: string, done: string, each: (run: DagRun) => Promise<unknown>, danger = false) => ({
    label,
    danger,
    run: (runs: DagRun[], clear: () => void) =>
      void confirm({
        title: `${label} ${runs.length} ${runs.length === 1 ? "run" : "runs"}?`,
        body,
        action: label,
        danger,
        run: async () => {
          await eachOf(runs, "runs", done, each);
          clear();
          await client.invalidateQueries({ queryKey: ["dagRuns"] });
        },
      }),
  });
  const mark = (state: string) => (run: DagRun) => api.patch(runPath(run), { state });
  const bulk: BulkAction<DagRun>[] = may("edit", "DAG Runs")
    ? [
        act("Clear", "Their tasks run again, with the newest version of the DAG.", "cleared", (run) =>
          api.post(`${runPath(run)}/clear`, { dry_run: false }),
        ),
        act("Clear failed tasks", "Only the tasks that failed run again.", "cleared", (run) =>
          api.post(`${runPath(run)}/clear`, { dry_run: false, only_failed: true }),
        ),
        act("Mark success", "Tasks that still run are stopped.", "marked as success", mark("success")),
        act("Mark failed", "Tasks that still run are stopped.", "marked as failed", mark("failed")),
      ]
    : [];
  if (may("delete", "DAG Runs")) {
    bulk.push(
      act(
        "Delete",
        "The runs, their task instances, logs and XComs are deleted for good.",
        "deleted",
        (run) => api.del(runPath(run)),
        true,
      ),
    );
  }
  return (
    <ListPage
      title="DAG Runs"
      list="dagRuns"
      path={({ dag_id }) => `/dags/${part(dag_id || "~")}/dagRuns`}
      plural="dag_runs"
      empty="Switch a DAG on, or trigger one."
      columns={columns}
      rowKey={(run) => `${run.dag_id}/${run.dag_run_id}`}
      filters={filters}
      sort="-run_after"
      bulk={bulk}
    />
  );
}
