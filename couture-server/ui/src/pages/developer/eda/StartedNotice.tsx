import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useMay } from "../../../api/session";
import { paths } from "../../../app/paths";
import { Icon, type IconName } from "../../../parts/Icon";
import { EDA_DAG, outputAddress, recentQuery, type Started } from "./eda";

/** Says where the report of an analysis will be, and when it is there. */
export function StartedNotice({ started, onClose }: { started: Started; onClose: () => void }) {
  const may = useMay();
  const { dag_id, dag_run_id, task_id, output_path } = started;
  const recent = useQuery({ ...recentQuery, enabled: may("read", "DAG Runs", EDA_DAG) });
  const state = recent.data?.find((run) => run.dag_run_id === dag_run_id)?.state;
  const [icon, className, words] = wordsFor(state, started);
  return (
    <div className={`eda-notice ${className}`} role="status">
      <Icon name={icon} />
      <span className="break">
        {words}{" "}
        {state === "success" && (
          <a href={outputAddress(output_path)} target="_blank" rel="noopener">
            Open it
          </a>
        )}{" "}
        {may("read", "Task Logs", dag_id) && (
          <Link to={paths.taskInstance(dag_id, dag_run_id, task_id)}>Show its log</Link>
        )}
      </span>
      <button className="ghost" aria-label="Close this message" onClick={onClose}>
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}

function wordsFor(state: string | undefined, { message, output_path }: Started): [IconName, string, ReactNode] {
  const path = <code>{output_path}</code>;
  if (state === "success") return ["check", "good", <>The report is at {path}.</>];
  if (state === "failed") return ["warning", "bad", <>The analysis failed, and there is no report at {path}.</>];
  const [before, after] = message.split(output_path);
  const known = after !== undefined;
  return [
    "play",
    "",
    <>
      {before}
      {known && path}
      {after}.
    </>,
  ];
}
