import { useQuery } from "@tanstack/react-query";
import { Duration, Time } from "../../parts/Time";
import { StateBadge } from "../../parts/StateBadge";
import { linksQuery } from "../data/queries";
import type { TaskInstance } from "../data/shapes";
import { Facts } from "./Facts";

/** All that is known of a task instance. */
export function InstanceDetails({ data, operator }: { data: TaskInstance; operator: string | null }) {
  return (
    <>
      <Links data={data} />
      <Facts
        facts={[
          ["State", <StateBadge key="state" state={data.state} />],
          ["Reason", data.reason],
          ["Task", data.task_id],
          ["Operator", data.operator_name ?? data.operator ?? operator],
          ["Run", data.dag_run_id],
          ["Map index", data.map_index >= 0 ? (data.rendered_map_index ?? data.map_index) : null],
          ["Try", `${data.try_number} of ${data.max_tries + 1}`],
          ["Logical date", data.logical_date && <Time value={data.logical_date} />],
          ["Scheduled", data.scheduled_when && <Time value={data.scheduled_when} />],
          ["Queued", data.queued_when && <Time value={data.queued_when} />],
          ["Started", data.start_date && <Time value={data.start_date} />],
          ["Ended", data.end_date && <Time value={data.end_date} />],
          ["Duration", data.start_date && <Duration start={data.start_date} end={data.end_date} />],
          ["Pool", data.pool && `${data.pool} (${data.pool_slots ?? 1} ${data.pool_slots === 1 ? "slot" : "slots"})`],
          ["Queue", data.queue],
          ["Priority weight", data.priority_weight],
          ["Executor", data.executor],
          ["Worker", data.hostname],
          ["Process", data.pid],
          ["User", data.unixname],
          ["DAG version", data.dag_version?.version_number],
        ]}
      />
    </>
  );
}

/** Links of the operator (to a cluster's job, a tracking page). Only web addresses are links. */
function Links({ data }: { data: TaskInstance }) {
  const key = { dagId: data.dag_id, runId: data.dag_run_id, taskId: data.task_id, mapIndex: data.map_index };
  const links = useQuery({ ...linksQuery(key), retry: false });
  const found = Object.entries(links.data?.extra_links ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && /^(https?:\/\/|\/(?!\/))/.test(entry[1]),
  );
  if (found.length === 0) return null;
  return (
    <p className="row wrap">
      {found.map(([name, url]) => (
        <a key={name} className="button" href={url} target="_blank" rel="noreferrer noopener">
          {name}
        </a>
      ))}
    </p>
  );
}
