import { useCallback, useEffect } from "react";
import { useLocation } from "react-router";
import { Icon } from "../../parts/Icon";
import { Stored, useStored } from "../../parts/stored";
import type { TaskNode } from "../data/shapes";
import { useGridData } from "../data/useRuns";
import { RUN_TAB, useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { GroupPanel } from "./GroupPanel";
import { InstancePanel } from "./InstancePanel";
import { RunPanel } from "./RunPanel";
import { TaskPanel } from "./TaskPanel";

const width = new Stored<"narrow" | "wide">("panel", ["narrow", "wide"], "narrow");

/** What is chosen (a run, a task, or a task in a run) beside every view. */
export function Panel() {
  const { view } = useView();
  const { pathname } = useLocation();
  // A view of one run needs the room; there the run itself is shown when it is asked for.
  const ofOneRun = /\/(graph|gantt)$/.test(pathname);
  if (!view.taskId && (!view.runId || (ofOneRun && view.tab !== RUN_TAB))) return null;
  return <Open keepsRun={ofOneRun} />;
}

function Open({ keepsRun }: { keepsRun: boolean }) {
  const dagId = useDagId();
  const { view, change } = useView();
  const { query } = useGridData(dagId, view);
  const wide = useStored(width) === "wide";
  const { runId, taskId } = view;
  const node = taskId && query.data ? findNode(query.data.tasks, taskId) : undefined;
  const close = useCallback(
    () => change({ task: null, tab: null, ...(!keepsRun && { run: null }) }),
    [change, keepsRun],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      close();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [close]);
  return (
    <aside className={wide ? "dag-panel wide" : "dag-panel"} aria-label="What is chosen">
      <div className="dag-panel-tools">
        <button
          type="button"
          className="ghost"
          title={wide ? "Narrower" : "Wider"}
          aria-label={wide ? "Narrower panel" : "Wider panel"}
          onClick={() => width.set(wide ? "narrow" : "wide")}
        >
          <Icon name={wide ? "right" : "left"} size={14} />
        </button>
        <button type="button" className="ghost" title="Close (Esc)" aria-label="Close the panel" onClick={close}>
          <Icon name="close" size={14} />
        </button>
      </div>
      {node?.kind === "group" ? (
        <GroupPanel node={node} runId={runId} />
      ) : taskId && runId ? (
        <InstancePanel
          key={`${runId}\n${taskId}`}
          runId={runId}
          taskId={taskId}
          mapIndex={view.mapIndex}
          mapped={node?.is_mapped ?? undefined}
        />
      ) : taskId ? (
        <TaskPanel key={taskId} taskId={taskId} />
      ) : (
        <RunPanel key={runId} runId={runId!} />
      )}
    </aside>
  );
}

export function findNode(nodes: TaskNode[], id: string): TaskNode | undefined {
  for (const node of nodes) {
    if (node.id === id) return node;
    const inside = node.children && findNode(node.children, id);
    if (inside) return inside;
  }
  return undefined;
}
