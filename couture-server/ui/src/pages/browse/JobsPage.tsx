import type { Schema } from "../../api/types";
import { StateBadge } from "../../parts/StateBadge";
import { Time } from "../../parts/Time";
import type { Column } from "../../table/columns";
import { ListPage } from "../../table/ListPage";

type Job = Schema<"JobBody">;

const columns: Column<Job>[] = [
  { id: "state", title: "State", cell: (job) => <StateBadge state={job.state} /> },
  { id: "job_type", title: "Kind", cell: (job) => job.job_type },
  { id: "id", title: "Id", cell: (job) => <code>{job.id}</code> },
  { id: "executor", title: "Executor", cell: (job) => job.executor_class ?? <span className="faint">–</span> },
  { id: "host", title: "Host", cell: (job) => job.hostname },
  { id: "user", title: "System user", cell: (job) => job.unixname },
  { id: "start_date", title: "Started", cell: (job) => <Time value={job.start_date} /> },
  { id: "beat", title: "Last heartbeat", cell: (job) => <Time value={job.latest_heartbeat} ago /> },
  { id: "end_date", title: "Ended", cell: (job) => <Time value={job.end_date} /> },
];

/** The schedulers and workers. */
export function Component() {
  return (
    <ListPage
      title="Jobs"
      list="jobs"
      path="/jobs"
      plural="jobs"
      columns={columns}
      rowKey={(job) => String(job.id)}
      about="The schedulers and workers that are, or were, at work."
    />
  );
}
