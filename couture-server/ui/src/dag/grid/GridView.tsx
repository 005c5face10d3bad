import { useCallback, useMemo } from "react";
import { Answer, Empty } from "../../parts/Answer";
import { groupKeys, gridRows } from "./rows";
import { useGridData } from "../data/useRuns";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { Toolbar } from "../frame/Toolbar";
import { Grid } from "./Grid";
import { Legend } from "./Legend";
import { useFolds } from "./useFolds";

/** Runs × tasks. */
export function GridView() {
  const dagId = useDagId();
  const { view, change } = useView();
  const { query, runs } = useGridData(dagId, view);
  const { isOpen, turn, setAll } = useFolds(`grid.${dagId}`);
  const tasks = query.data?.tasks;
  const rows = useMemo(() => (tasks ? gridRows(tasks, isOpen) : []), [tasks, isOpen]);
  const groups = useMemo(() => (tasks ? groupKeys(tasks) : []), [tasks]);
  const onSelect = useCallback((run: string | null, task: string | null) => change({ run, task }), [change]);
  const onToggle = useCallback((key: string) => turn(key, !isOpen(key)), [turn, isOpen]);
  return (
    <div className="dag-fill">
      <Toolbar runs={runs}>
        {groups.length > 0 && (
          <>
            <button type="button" onClick={() => setAll(groups, true)}>
              Unfold all
            </button>
            <button type="button" onClick={() => setAll(groups, false)}>
              Fold all
            </button>
          </>
        )}
      </Toolbar>
      <Answer query={query} lines={10}>
        {(data) =>
          data.tasks.length === 0 ? (
            <Empty title="This DAG has no tasks.">Add some to its file; they appear here as soon as it is read.</Empty>
          ) : (
            <>
              {runs.length === 0 && <NoRuns filtered={Boolean(view.runType || view.runState || view.before)} />}
              <Grid
                rows={rows}
                runs={runs}
                states={data.states}
                runId={view.runId}
                taskId={view.taskId}
                onSelect={onSelect}
                onToggle={onToggle}
                label={`Runs and tasks of ${dagId}`}
              />
              <Legend />
            </>
          )
        }
      </Answer>
    </div>
  );
}

export function NoRuns({ filtered }: { filtered: boolean }) {
  return (
    <Empty title={filtered ? "No run fits the filters." : "There are no runs yet."}>
      {filtered ? "Choose all types and states, or newer runs." : "Switch the DAG on for its schedule, or trigger it."}
    </Empty>
  );
}
