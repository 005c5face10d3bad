import { Link } from "react-router";
import type { Schema } from "../../api/types";
import { paths } from "../../app/paths";
import { Time } from "../../parts/Time";
import type { Column, Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";

type SlaMiss = Schema<"SlaMissBody">;

const columns: Column<SlaMiss>[] = [
  { id: "timestamp", title: "Missed at", cell: (row) => <Time value={row.timestamp} /> },
  {
    id: "dag_id",
    title: "DAG",
    wide: true,
    cell: (row) => <Link to={paths.dag(row.dag_id)}>{row.dag_id}</Link>,
  },
  {
    id: "task_id",
    title: "Task",
    wide: true,
    cell: (row) => <Link to={paths.task(row.dag_id, row.task_id)}>{row.task_id}</Link>,
  },
  { id: "logical_date", title: "Logical date", cell: (row) => <Time value={row.logical_date} /> },
];

const filters: Filter[] = [{ id: "dag_id", label: "DAG", kind: "text" }];

/** Tasks that had not succeeded by the time that their service level agreement gives. */
export function Component() {
  return (
    <ListPage
      title="SLA Misses"
      list="slaMisses"
      path="/slaMisses"
      plural="sla_misses"
      empty="A task with an sla that is not done in time appears here."
      columns={columns}
      rowKey={(row) => `${row.dag_id}/${row.task_id}/${row.logical_date}`}
      filters={filters}
      sort="-logical_date"
    />
  );
}
