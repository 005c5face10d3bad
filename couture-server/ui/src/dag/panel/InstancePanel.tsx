import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, ApiError } from "../../api/client";
import { useMay } from "../../api/session";
import { Failure, Skeleton } from "../../parts/Answer";
import { Icon } from "../../parts/Icon";
import { StateBadge } from "../../parts/StateBadge";
import { Duration } from "../../parts/Time";
import { ClearDialog } from "../actions/ClearDialog";
import { MarkDialog } from "../actions/MarkDialog";
import { RunDialog } from "../actions/RunDialog";
import { instancePath, type InstanceKey } from "../data/paths";
import { instanceQuery, taskQuery } from "../data/queries";
import { isFinished } from "../data/states";
import type { TaskInstance } from "../data/shapes";
import { RUN_TAB, useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { useZoom } from "../graph/useZoom";
import { Waiting } from "./Waiting";
import { InstanceDetails } from "./InstanceDetails";
import { Mapped } from "./Mapped";
import { Note } from "./Note";
import { PanelTabs } from "./PanelTabs";
import { Rendered } from "./Rendered";
import { Tries } from "./Tries";
import { XComs } from "./XComs";

const LogView = lazy(() => import("../log/LogView").then(({ LogView: view }) => ({ default: view })));

type Action = "clear" | "success" | "failed" | "skipped" | "run";

interface Props {
  runId: string;
  taskId: string;
  mapIndex: number;
  /** Whether the task is mapped, where that is known already. */
  mapped?: boolean;
}

/** A task in a run: its log, values, details and tries, and what can be done with it. */
export function InstancePanel({ runId, taskId, mapIndex, mapped }: Props) {
  const dagId = useDagId();
  const { view, change } = useView();
  const key: InstanceKey = { dagId, runId, taskId, mapIndex };
  const task = useQuery(taskQuery(dagId, taskId));
  const isMapped = mapped ?? task.data?.is_mapped ?? false;
  const whole = isMapped && mapIndex < 0;
  const instance = useQuery({ ...instanceQuery(key), enabled: !whole && (mapped !== undefined || task.isFetched) });
  const [action, setAction] = useState<Action | null>(null);
  const data = instance.data;
  const missing = instance.error instanceof ApiError && instance.error.status === 404;
  const tabs = useTabs(key, whole);
  const open = tabs.some(([name]) => name === view.tab) ? view.tab! : tabs[0]![0];
  return (
    <>
      <header className="dag-panel-head">
        <h2 title={taskId}>
          {taskId}
          {mapIndex >= 0 && <span className="faint"> [{data?.rendered_map_index ?? mapIndex}]</span>}
        </h2>
        <p className="soft break">
          {!whole && <StateBadge state={data?.state} />}{" "}
          {data?.start_date && <Duration start={data.start_date} end={data.end_date} />}{" "}
          <button
            type="button"
            className="link"
            title="The whole run"
            onClick={() => change({ task: null, tab: RUN_TAB })}
          >
            {runId}
          </button>
        </p>
        {isMapped && mapIndex >= 0 && (
          <button type="button" className="link" onClick={() => change({ map: null })}>
            ← all mapped instances
          </button>
        )}
        <Actions instance={key} onAction={setAction} target={task.data?.target_dag_id ?? null} />
      </header>
      <PanelTabs tabs={tabs} open={open} />
      <div className="dag-panel-body" tabIndex={0}>
        {instance.isError && !missing ? (
          <Failure error={instance.error} retry={() => void instance.refetch()} />
        ) : (
          <Tab name={open} instance={key} data={data} missing={missing} operator={task.data?.operator_name ?? null} />
        )}
      </div>
      {action === "clear" && <ClearDialog instance={key} onClose={() => setAction(null)} />}
      {action === "run" && <RunDialog instance={key} onClose={() => setAction(null)} />}
      {action !== null && action !== "clear" && action !== "run" && (
        <MarkDialog instance={key} state={action} onClose={() => setAction(null)} />
      )}
    </>
  );
}

function useTabs(key: InstanceKey, whole: boolean): [string, string][] {
  const may = useMay();
  if (whole)
    return [
      ["mapped", "Mapped instances"],
      ["details", "Details"],
    ];
  const tabs: [string, string][] = [];
  if (may("read", "Task Logs", key.dagId)) tabs.push(["log", "Log"]);
  tabs.push(["rendered", "Rendered"]);
  if (may("read", "Task XComs", key.dagId) || may("read", "XComs", key.dagId)) tabs.push(["xcom", "XCom"]);
  tabs.push(["details", "Details"], ["tries", "Tries"]);
  return tabs;
}

interface TabProps {
  name: string;
  instance: InstanceKey;
  data: TaskInstance | undefined;
  missing: boolean;
  operator: string | null;
}

function Tab({ name, instance, data, missing, operator }: TabProps) {
  if (name === "mapped") return <Mapped instance={instance} />;
  if (name === "details") {
    return (
      <>
        {!isFinished(data?.state) && data?.state !== "running" && <Waiting instance={instance} />}
        {data && <InstanceDetails data={data} operator={operator} />}
        {data && <OwnNote instance={instance} data={data} />}
      </>
    );
  }
  if (name === "xcom") return <XComs instance={instance} />;
  if (name === "tries") return <Tries instance={instance} />;
  if (name === "rendered")
    return (
      <Rendered
        instance={instance}
        fields={data?.rendered_fields ?? null}
        known={data !== undefined || missing}
        finished={isFinished(data?.state)}
      />
    );
  return <LogTab instance={instance} data={data} missing={missing} />;
}

function LogTab({ instance, data, missing }: Pick<TabProps, "instance" | "data" | "missing">) {
  const { view, change } = useView();
  if (!data && !missing) return <Skeleton lines={6} />;
  const newest = data?.try_number ?? 0;
  if (newest === 0) {
    return (
      <>
        <p className="soft">{neverTried(data?.state)}</p>
        {isFinished(data?.state) && data?.reason && <p>{data.reason}</p>}
        {data?.state !== "running" && !isFinished(data?.state) && <Waiting instance={instance} />}
      </>
    );
  }
  const tryNumber = Math.min(view.tryNumber ?? newest, newest);
  return (
    <>
      {newest > 1 && (
        <div className="dag-tries" role="group" aria-label="Tries">
          {newest <= 12 ? (
            Array.from({ length: newest }, (_, index) => index + 1).map((number) => (
              <button
                key={number}
                type="button"
                aria-pressed={number === tryNumber}
                className={number === tryNumber ? "chosen" : ""}
                onClick={() => change({ try: number === newest ? null : number }, true)}
              >
                {number}
              </button>
            ))
          ) : (
            <label>
              try{" "}
              <input
                type="number"
                min={1}
                max={newest}
                value={tryNumber}
                onChange={(event) =>
                  change({ try: Math.min(newest, Math.max(1, event.target.valueAsNumber || newest)) }, true)
                }
              />{" "}
              of {newest}
            </label>
          )}
        </div>
      )}
      <Suspense fallback={<Skeleton lines={6} />}>
        <LogView key={tryNumber} instance={instance} tryNumber={tryNumber} />
      </Suspense>
    </>
  );
}

function neverTried(state: string | null | undefined): string {
  if (state === "upstream_failed") return "A task before it failed, so it was never tried, and there is no log.";
  if (state === "skipped") return "It was skipped, so there is no log.";
  return isFinished(state)
    ? "It was never tried, so there is no log."
    : "It has not been tried yet, so there is no log.";
}

function OwnNote({ instance, data }: { instance: InstanceKey; data: TaskInstance }) {
  const may = useMay();
  const query = useQuery(instanceQuery(instance));
  const save = async (note: string) => {
    await api.patch(instancePath(instance), { note });
    await query.refetch();
  };
  return <Note note={data.note} save={may("edit", "Task Instances", instance.dagId) ? save : null} />;
}

interface ActionsProps {
  instance: InstanceKey;
  target: string | null;
  onAction: (action: Action) => void;
}

function Actions({ instance, target, onAction }: ActionsProps) {
  const may = useMay();
  const { change } = useView();
  const zoom = useZoom();
  const edit = may("edit", "Task Instances", instance.dagId);
  return (
    <div className="dag-actions">
      {target && (
        <button type="button" className="primary" onClick={() => void zoom(target, instance)}>
          <Icon name="search" /> Zoom into DAG
        </button>
      )}
      {edit && (
        <>
          <button type="button" onClick={() => onAction("run")}>
            <Icon name="play" /> Run
          </button>
          <button type="button" onClick={() => onAction("clear")}>
            <Icon name="refresh" /> Clear…
          </button>
          <button type="button" onClick={() => onAction("success")}>
            <Icon name="check" /> Mark success…
          </button>
          <button type="button" onClick={() => onAction("failed")}>
            <Icon name="close" /> Mark failed…
          </button>
          <button type="button" onClick={() => onAction("skipped")}>
            <Icon name="right" /> Mark skipped…
          </button>
        </>
      )}
      <button
        type="button"
        title="Show only this task and what comes before it"
        onClick={() => change({ root: instance.taskId, dir: "up" })}
      >
        <Icon name="graph" /> Filter upstream
      </button>
    </div>
  );
}
