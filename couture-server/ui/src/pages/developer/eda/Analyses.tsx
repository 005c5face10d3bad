import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useMay } from "../../../api/session";
import { paths } from "../../../app/paths";
import { useLog } from "../../../dag/log/useLog";
import { Failure } from "../../../parts/Answer";
import { Icon } from "../../../parts/Icon";
import { StateBadge } from "../../../parts/StateBadge";
import { Duration, Time } from "../../../parts/Time";
import { MOST } from "../../../table/rows";
import {
  analysisOf,
  EDA_DAG,
  KIND_NAMES,
  outputAddress,
  outputsQuery,
  recentQuery,
  taskQuery,
  type Analysis,
} from "./eda";
import { progressOf } from "./progress";

/** A browser gives one server six connections, and each progress takes one. */
const FOLLOWED_AT_ONCE = 2;

/** The newest analyses, as they go. */
export function Analyses() {
  const recent = useQuery(recentQuery);
  const outputs = useQuery(outputsQuery);
  if (recent.isError && !recent.data) {
    return <Failure error={recent.error} retry={() => void recent.refetch()} />;
  }
  if (!recent.data || recent.data.length === 0) return null;
  const analyses = recent.data.map(analysisOf);
  const followed = analyses.filter(({ state }) => state === "running").slice(0, FOLLOWED_AT_ONCE);
  const isThere = (path: string) =>
    outputs.data === undefined || outputs.data.length >= MOST || outputs.data.some((one) => one.path === path);
  return (
    <section aria-labelledby="eda-analyses">
      <div className="list-bar">
        <h2 id="eda-analyses">Latest analyses</h2>
        <span className="grow" />
        <Link to={`/browse/runs?dag_id=${EDA_DAG}`}>All of them</Link>
      </div>
      <ul className="eda-analyses">
        {analyses.map((one) => (
          <Item
            key={one.runId}
            analysis={one}
            followed={followed.includes(one)}
            isThere={one.output !== null && isThere(one.output)}
          />
        ))}
      </ul>
    </section>
  );
}

function Item({ analysis, followed, isThere }: { analysis: Analysis; followed: boolean; isThere: boolean }) {
  const may = useMay();
  const { runId, state, source, kind, target, output, by, run } = analysis;
  const name = source ?? runId;
  return (
    <li>
      <StateBadge state={state} />
      <div className="eda-what">
        <span className="break">{name}</span>{" "}
        <span className="tag" title={KIND_NAMES[kind].name}>
          {KIND_NAMES[kind].level}
        </span>
        {target && <span className="soft"> target {target}</span>}
        <div className="faint eda-when">
          {followed && <Following runId={runId} />}
          {run.start_date && <Duration start={run.start_date} end={run.end_date} />}
          <Time value={run.start_date ?? run.run_after} ago />
          {by && <span>by {by}</span>}
        </div>
        {state === "failed" && may("read", "Task Instances", EDA_DAG) && <Reason runId={runId} />}
      </div>
      <span className="eda-links">
        {state === "success" && output !== null && isThere && (
          <a
            className="button"
            href={outputAddress(output)}
            target="_blank"
            rel="noopener"
            title={`Open ${output} in a new tab`}
          >
            Open report <Icon name="external" size={13} />
          </a>
        )}
        {may("read", "Task Logs", EDA_DAG) && (
          <Link className="button ghost" to={paths.taskInstance(EDA_DAG, runId, "profile")} title={`Log of ${name}`}>
            Log
          </Link>
        )}
      </span>
    </li>
  );
}

/** Why an analysis failed, where that is known. */
function Reason({ runId }: { runId: string }) {
  // What was asked while it ran knows of no failure.
  const { data: task } = useQuery({ ...taskQuery(runId), staleTime: 0 });
  if (!task?.reason || task.state === "running") return null;
  return <div className="error-text eda-reason">{task.reason}</div>;
}

/** How far a running analysis is, as its log tells. */
function Following({ runId }: { runId: string }) {
  const { data: task } = useQuery(taskQuery(runId));
  if (!task || task.state !== "running") return null;
  return <Told runId={runId} taskId={task.task_id} tryNumber={task.try_number} />;
}

function Told({ runId, taskId, tryNumber }: { runId: string; taskId: string; tryNumber: number }) {
  const { lines } = useLog({ dagId: EDA_DAG, runId, taskId, mapIndex: -1 }, tryNumber);
  const progress = progressOf(lines);
  if (!progress) return null;
  return (
    <span className="eda-told">
      <progress aria-label="Progress of the analysis" max={1} value={progress.share ?? undefined} />
      <span className="number">{progress.words}</span>
    </span>
  );
}
