import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import { paths } from "../../app/paths";
import { Answer } from "../../parts/Answer";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { Json } from "../../parts/Json";
import { StateBadge } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { ClearRunDialog } from "../actions/ClearRunDialog";
import { runPath, type RunKey } from "../data/paths";
import { runQuery } from "../data/queries";
import type { DagRun } from "../data/shapes";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { Facts } from "./Facts";
import { Note } from "./Note";

/** A run: what it is, what it was given, and what can be done with all of it. */
export function RunPanel({ runId }: { runId: string }) {
  const dagId = useDagId();
  const key = { dagId, runId };
  const run = useQuery(runQuery(key));
  return (
    <>
      <header className="dag-panel-head">
        <h2 title={runId}>{runId}</h2>
        {run.data && (
          <p className="soft">
            <StateBadge state={run.data.state} /> <Duration start={run.data.start_date} end={run.data.end_date} />
          </p>
        )}
        {run.data && <Actions run={run.data} runKey={key} />}
      </header>
      <div className="dag-panel-body" tabIndex={0}>
        <Answer query={run}>{(data) => <Body run={data} runKey={key} />}</Answer>
      </div>
    </>
  );
}

function Body({ run, runKey }: { run: DagRun; runKey: RunKey }) {
  const may = useMay();
  const client = useQueryClient();
  const save = async (note: string) => {
    await api.patch(runPath(runKey), { note });
    await client.invalidateQueries({ queryKey: runQuery(runKey).queryKey });
  };
  const hasConf = run.conf !== null && Object.keys(run.conf).length > 0;
  return (
    <>
      <Facts
        facts={[
          ["Type", run.run_type.replace("_", " ")],
          ["Logical date", run.logical_date && <Time value={run.logical_date} />],
          [
            "Data interval",
            run.data_interval_start && (
              <>
                <Time value={run.data_interval_start} /> – <Time value={run.data_interval_end} />
              </>
            ),
          ],
          ["Run after", <Time key="after" value={run.run_after} />],
          ["Queued", run.queued_at && <Time value={run.queued_at} />],
          ["Started", run.start_date && <Time value={run.start_date} />],
          ["Ended", run.end_date && <Time value={run.end_date} />],
          ["Triggered by", run.triggering_user_name ?? run.triggered_by],
          ["DAG version", (run.dag_versions ?? []).map((version) => version.version_number).join(", ")],
        ]}
      />
      <Note note={run.note} save={may("edit", "DAG Runs", runKey.dagId) ? save : null} />
      <section className="dag-value">
        <header>
          <h3>Configuration</h3>
        </header>
        {hasConf ? <Json value={run.conf} /> : <p className="faint">none</p>}
      </section>
    </>
  );
}

function Actions({ run, runKey }: { run: DagRun; runKey: RunKey }) {
  const may = useMay();
  const client = useQueryClient();
  const { change } = useView();
  const [clearing, setClearing] = useState(false);
  const mark = (state: "success" | "failed") =>
    confirm({
      title: `Mark the run as ${state}?`,
      body: `${run.dag_run_id}: tasks that run are ended, and the run counts as ${state === "success" ? "a success" : "failed"}.`,
      action: `Mark ${state}`,
      run: async () => {
        await api.patch(runPath(runKey), { state });
        await client.invalidateQueries({ queryKey: ["dag", runKey.dagId] });
        toast.done(`${run.dag_run_id} is marked as ${state}`);
      },
    });
  const remove = async () => {
    const done = await confirm({
      title: "Delete the run?",
      body: `${run.dag_run_id} goes for good, with its task instances, logs and XComs.`,
      action: "Delete",
      danger: true,
      run: () => api.del(runPath(runKey)),
    });
    if (!done) return;
    change({ run: null, task: null });
    await client.invalidateQueries({ queryKey: ["dag", runKey.dagId] });
  };
  return (
    <div className="dag-actions">
      <Link className="button" to={`${paths.dag(runKey.dagId, "graph")}?run=${encodeURIComponent(runKey.runId)}`}>
        <Icon name="graph" /> Graph
      </Link>
      {may("edit", "DAG Runs", runKey.dagId) && (
        <>
          <button type="button" onClick={() => setClearing(true)}>
            <Icon name="refresh" /> Clear…
          </button>
          <button type="button" onClick={() => void mark("success")}>
            <Icon name="check" /> Mark success
          </button>
          <button type="button" onClick={() => void mark("failed")}>
            <Icon name="close" /> Mark failed
          </button>
        </>
      )}
      {may("delete", "DAG Runs", runKey.dagId) && (
        <button type="button" className="danger" onClick={() => void remove()}>
          <Icon name="trash" /> Delete
        </button>
      )}
      {clearing && <ClearRunDialog run={runKey} onClose={() => setClearing(false)} />}
    </div>
  );
}
