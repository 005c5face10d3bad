import { useState } from "react";
import { useMay } from "../../api/session";
import { Icon } from "../../parts/Icon";
import { StateBadge } from "../../parts/StateBadge";
import { ClearGroupDialog } from "../actions/ClearGroupDialog";
import type { TaskNode } from "../data/shapes";
import { useRunCells } from "../data/useRuns";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";

function tasksOf(node: TaskNode): TaskNode[] {
  return node.kind === "group" ? (node.children ?? []).flatMap(tasksOf) : [node];
}

/** A group of tasks, in a run where one is chosen. */
export function GroupPanel({ node, runId }: { node: TaskNode; runId?: string }) {
  const dagId = useDagId();
  const may = useMay();
  const { view, change } = useView();
  const { cells } = useRunCells(dagId, view);
  const [clearing, setClearing] = useState(false);
  const tasks = tasksOf(node);
  return (
    <>
      <header className="dag-panel-head">
        <h2 title={node.id}>{node.id}</h2>
        <p className="soft">
          a group of {tasks.length} tasks {runId && <StateBadge state={cells[node.id]?.[0]} />}
        </p>
        {node.tooltip && <p className="dag-doc">{node.tooltip}</p>}
        <div className="dag-actions">
          {runId && may("edit", "Task Instances", dagId) && (
            <button type="button" onClick={() => setClearing(true)}>
              <Icon name="refresh" /> Clear…
            </button>
          )}
        </div>
      </header>
      <div className="dag-panel-body" tabIndex={0}>
        <table className="dag-table">
          <thead>
            <tr>
              <th>Task</th>
              {runId && <th>State</th>}
            </tr>
          </thead>
          <tbody>
            {tasks.slice(0, 500).map((task) => (
              <tr key={task.id}>
                <td>
                  <button type="button" className="link" onClick={() => change({ task: task.id })}>
                    {task.id}
                  </button>
                </td>
                {runId && (
                  <td>
                    <StateBadge state={cells[task.id]?.[0]} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {clearing && runId && (
        <ClearGroupDialog
          dagId={dagId}
          runId={runId}
          name={node.id}
          taskIds={tasks.map((task) => task.id)}
          onClose={() => setClearing(false)}
        />
      )}
    </>
  );
}
