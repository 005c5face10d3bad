import { Link } from "react-router";
import { useMay } from "../../../api/session";
import { paths } from "../../../app/paths";
import { Icon } from "../../../parts/Icon";
import type { Started } from "./eda";

/** Says where the report of an analysis that just began will be. */
export function StartedNotice({ started, onClose }: { started: Started; onClose: () => void }) {
  const may = useMay();
  const { dag_id, dag_run_id, task_id, output_path, message } = started;
  const [before, after = ""] = message.split(output_path);
  return (
    <div className="eda-notice" role="status">
      <Icon name="play" />
      <span className="break">
        {before}
        {before !== message && <code>{output_path}</code>}
        {after}.{" "}
        {may("read", "Task Logs", dag_id) && (
          <>
            <Link to={paths.taskInstance(dag_id, dag_run_id, task_id)}>Show its log</Link>
          </>
        )}
      </span>
      <button className="ghost" aria-label="Close this message" onClick={onClose}>
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}
