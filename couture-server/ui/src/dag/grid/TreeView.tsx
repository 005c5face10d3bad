import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { Answer } from "../../parts/Answer";
import { graphQuery } from "../data/queries";
import { useGridData } from "../data/useRuns";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { Toolbar } from "../frame/Toolbar";
import { Grid } from "./Grid";
import { NoRuns } from "./GridView";
import { Legend } from "./Legend";
import { MAX_TREE_ROWS, treeRows, wiringOf } from "./rows";
import { useFolds } from "./useFolds";

/** The classic fold-out: each task with what comes after it below it, and its runs beside it. */
export default function TreeView() {
  const dagId = useDagId();
  const { view, change } = useView();
  const { query, runs } = useGridData(dagId, view);
  const graph = useQuery(graphQuery(dagId, view.focus));
  const { isOpen, turn } = useFolds(`tree.${dagId}`);
  const wiring = useMemo(() => (graph.data ? wiringOf(graph.data) : null), [graph.data]);
  const rows = useMemo(() => (wiring ? treeRows(wiring, isOpen) : []), [wiring, isOpen]);
  const onSelect = useCallback((run: string | null, task: string | null) => change({ run, task }), [change]);
  const onToggle = useCallback(
    (key: string) => {
      const row = rows.find((one) => one.key === key);
      if (row && row.open !== null) turn(key, !row.open);
    },
    [turn, rows],
  );
  const states = query.data?.states ?? {};
  return (
    <div className="dag-fill">
      <Toolbar runs={runs} />
      <Answer query={graph} lines={10}>
        {() => (
          <>
            {query.data && runs.length === 0 && (
              <NoRuns filtered={Boolean(view.runType || view.runState || view.before)} />
            )}
            {rows.length >= MAX_TREE_ROWS && (
              <p className="faint">
                This tree is cut after {MAX_TREE_ROWS} rows. The grid and the graph show all tasks.
              </p>
            )}
            <Grid
              rows={rows}
              runs={runs}
              states={states}
              runId={view.runId}
              taskId={view.taskId}
              onSelect={onSelect}
              onToggle={onToggle}
              label={`Tasks of ${dagId} as a tree`}
            />
            <Legend />
          </>
        )}
      </Answer>
    </div>
  );
}
