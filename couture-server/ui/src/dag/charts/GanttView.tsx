import { useMemo } from "react";
import { Answer, Empty } from "../../parts/Answer";
import { gridRows } from "../grid/rows";
import { NoRuns } from "../grid/GridView";
import { useFolds } from "../grid/useFolds";
import { useRunCells } from "../data/useRuns";
import { RUN_TAB, useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { RunChoice } from "../frame/RunChoice";
import { Toolbar } from "../frame/Toolbar";
import { Gantt } from "./Gantt";

/** When each task of a run began and ended. */
export default function GanttView() {
  const dagId = useDagId();
  const { view, change } = useView();
  const { query, runs, run, runId, cells } = useRunCells(dagId, view);
  const { isOpen, turn } = useFolds(`gantt.${dagId}`);
  const tasks = query.data?.tasks;
  const rows = useMemo(() => (tasks ? gridRows(tasks, (key) => isOpen(key, true)) : []), [tasks, isOpen]);
  return (
    <div className="dag-fill">
      <Toolbar runs={runs} filters={false}>
        {(runs.length > 0 || run) && (
          <RunChoice
            runs={runs}
            runId={runId}
            onChoose={(id) => change({ run: id })}
            onDetails={() => change({ run: runId, task: null, tab: RUN_TAB })}
          />
        )}
      </Toolbar>
      <Answer query={query} lines={10}>
        {() =>
          !run || !runId ? (
            <NoRuns filtered={false} />
          ) : rows.some((row) => cells[row.id]?.[2] != null) ? (
            <Gantt
              rows={rows}
              run={run}
              cells={cells}
              chosen={view.taskId}
              onChoose={(task) => change({ run: runId, task })}
              onToggle={(key) => turn(key, !isOpen(key, true))}
            />
          ) : (
            <Empty title="Nothing of this run has started yet." />
          )
        }
      </Answer>
    </div>
  );
}
