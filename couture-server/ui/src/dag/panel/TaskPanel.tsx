import { useQuery } from "@tanstack/react-query";
import { Markdown } from "../../markdown/Markdown";
import { Answer } from "../../parts/Answer";
import { Icon } from "../../parts/Icon";
import { StateBadge } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import { taskQuery } from "../data/queries";
import { useGridData } from "../data/useRuns";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { useZoom } from "../graph/useZoom";
import { Facts, yesNo } from "./Facts";

const SHOWN = 25;

/** A task over all runs. */
export function TaskPanel({ taskId }: { taskId: string }) {
  const dagId = useDagId();
  const { change } = useView();
  const task = useQuery(taskQuery(dagId, taskId));
  const zoom = useZoom();
  const target = task.data?.target_dag_id;
  return (
    <>
      <header className="dag-panel-head">
        <h2 title={taskId}>{taskId}</h2>
        <p className="soft">{task.data?.operator_name}</p>
        <div className="dag-actions">
          {target && (
            <button type="button" className="primary" onClick={() => void zoom(target, null)}>
              <Icon name="search" /> Zoom into DAG
            </button>
          )}
          <button type="button" onClick={() => change({ root: taskId, dir: "up" })}>
            <Icon name="graph" /> Filter upstream
          </button>
        </div>
      </header>
      <div className="dag-panel-body" tabIndex={0}>
        <Answer query={task}>
          {(data) => (
            <>
              {data.unavailable && (
                <p className="dag-unavailable">
                  <Icon name="warning" /> It cannot be run here: {data.unavailable}
                </p>
              )}
              {data.doc_md && <Markdown text={data.doc_md} />}
              <Facts
                facts={[
                  ["Owner", data.owner],
                  ["Trigger rule", data.trigger_rule],
                  ["Retries", data.retries],
                  ["Pool", data.pool && `${data.pool} (${data.pool_slots ?? 1})`],
                  ["Queue", data.queue],
                  ["Priority weight", data.priority_weight],
                  ["Depends on past", yesNo(data.depends_on_past)],
                  ["Waits for downstream", yesNo(data.wait_for_downstream)],
                  ["Mapped", yesNo(data.is_mapped)],
                  ["Template fields", data.template_fields?.join(", ")],
                  ["Downstream", data.downstream_task_ids?.join(", ")],
                  ["Runs DAG", data.target_dag_id],
                ]}
              />
            </>
          )}
        </Answer>
        <Instances taskId={taskId} />
      </div>
    </>
  );
}

/** The task in the newest runs. */
function Instances({ taskId }: { taskId: string }) {
  const dagId = useDagId();
  const { view, change } = useView();
  const { query, runs } = useGridData(dagId, view);
  if (runs.length === 0 || !query.data) return null;
  const { states } = query.data;
  return (
    <table className="dag-table">
      <thead>
        <tr>
          <th>Run</th>
          <th>State</th>
          <th>Duration</th>
        </tr>
      </thead>
      <tbody>
        {[...runs]
          .reverse()
          .slice(0, SHOWN)
          .map((run) => {
            const cell = states[run.run_id]?.[taskId];
            const iso = (time: number | null | undefined) => (time == null ? null : new Date(time).toISOString());
            return (
              <tr key={run.run_id}>
                <td>
                  <button
                    type="button"
                    className="link"
                    title={run.run_id}
                    onClick={() => change({ run: run.run_id, task: taskId })}
                  >
                    <Time value={run.logical_date ?? run.run_after} />
                  </button>
                </td>
                <td>
                  <StateBadge state={cell?.[0]} />
                </td>
                <td>
                  <Duration start={iso(cell?.[2])} end={iso(cell?.[3])} />
                </td>
              </tr>
            );
          })}
      </tbody>
    </table>
  );
}
