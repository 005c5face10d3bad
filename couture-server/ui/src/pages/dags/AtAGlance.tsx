import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import { RUN_STATES, TASK_STATES } from "../../parts/StateBadge";
import { StateCounts } from "../../parts/StateCounts";

interface Dashboard {
  dags: { active: number; paused: number };
  runs: Record<string, number>;
  tasks: Record<string, number>;
}

const DAY_MS = 86_400_000;

/** How many DAGs are on, and what became of the last day's runs and tasks. */
export function AtAGlance() {
  const may = useMay();
  const allowed = may("read", "Website");
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ["dashboard"],
    queryFn: () => api.get<Dashboard>("/ui/dashboard"),
    enabled: allowed,
    retry: false,
  });
  if (!data) return null;
  const { dags, runs, tasks } = data;
  const since = `started=${new Date(dataUpdatedAt - DAY_MS).toISOString()}`;
  return (
    <div className="at-a-glance soft">
      <span>
        <b className="number">{dags.active}</b> on, <b className="number">{dags.paused}</b> paused
      </span>
      {may("read", "DAG Runs") && Object.keys(runs).length > 0 && (
        <span className="row">
          Runs of 24 h
          <StateCounts
            counts={runs}
            order={RUN_STATES}
            what="runs of the last 24 hours"
            to={(state) => `/browse/runs?state=${state}${state === "queued" ? "" : `&${since}`}`}
          />
        </span>
      )}
      {may("read", "Task Instances") && Object.keys(tasks).length > 0 && (
        <span className="row">
          Their tasks
          <StateCounts
            counts={tasks}
            order={TASK_STATES}
            what="of their task instances"
            to={(state) => `/browse/task-instances?state=${state}`}
          />
        </span>
      )}
    </div>
  );
}
