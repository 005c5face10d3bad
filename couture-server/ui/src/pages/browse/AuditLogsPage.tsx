import { Link } from "react-router";
import { address } from "../../api/client";
import type { Schema } from "../../api/types";
import { paths } from "../../app/paths";
import { Icon } from "../../parts/Icon";
import { useStored } from "../../parts/stored";
import { Switch } from "../../parts/Switch";
import { Time } from "../../parts/Time";
import type { Column, Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import { ConfCell } from "./ConfCell";
import { shownReads } from "./reads";

type EventLog = Schema<"EventLogBody">;

const filters: Filter[] = [
  { id: "q", label: "Search", kind: "text" },
  { id: "event", label: "Event", kind: "text" },
  { id: "user", label: "User", kind: "text" },
  { id: "dag_id", label: "DAG", kind: "text", extra: true },
  { id: "task_id", label: "Task", kind: "text", extra: true },
  { id: "run_id", label: "Run", kind: "text", extra: true },
  { id: "source_ip", label: "Source IP", kind: "text", extra: true },
  { id: "after", label: "From", kind: "time", extra: true },
  { id: "before", label: "to", kind: "time", extra: true },
];

const dash = <span className="faint">–</span>;

const columns: Column<EventLog>[] = [
  { id: "when", title: "When", sort: true, cell: (row) => <Time value={row.when} /> },
  { id: "owner", title: "User", cell: (row) => row.user ?? row.owner ?? dash },
  { id: "event", title: "Event", cell: (row) => <code>{row.event}</code> },
  {
    id: "dag_id",
    title: "DAG",
    wide: true,
    cell: (row) => (row.dag_id ? <Link to={paths.dag(row.dag_id)}>{row.dag_id}</Link> : dash),
  },
  { id: "task_id", title: "Task", wide: true, cell: (row) => row.task_id ?? dash },
  { id: "run_id", title: "Run", wide: true, cell: (row) => row.run_id ?? dash },
  { id: "source_ip", title: "Source IP", cell: (row) => (row.source_ip ? <code>{row.source_ip}</code> : dash) },
  {
    id: "extra",
    title: "Extra",
    cell: (row) => <ConfCell title={`${row.event} (${row.event_log_id})`} value={row.extra} />,
  },
];

/** Who did what, when, from where. */
export function Component() {
  const reads = useStored(shownReads) === "show";
  const only = reads ? {} : { changes_only: true };
  return (
    <ListPage
      title="Audit Logs"
      list="eventLogs"
      path="/eventLogs"
      plural="event_logs"
      columns={columns}
      rowKey={(row) => String(row.event_log_id)}
      filters={filters}
      sort="-when"
      query={only}
      actions={
        <>
          <label className="check">
            <Switch on={reads} label="Show reads" onChange={(on) => shownReads.set(on ? "show" : "hide")} />
            <span aria-hidden="true">Show reads</span>
          </label>
          <a className="button" href={address("/eventLogs/export", { format: "csv", ...only })} download="audit.csv">
            <Icon name="download" /> CSV
          </a>
          <a
            className="button"
            href={address("/eventLogs/export", { format: "jsonl", ...only })}
            download="audit.jsonl"
          >
            <Icon name="download" /> JSON lines
          </a>
        </>
      }
    />
  );
}
