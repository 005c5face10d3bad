import "@xyflow/react/dist/style.css";
import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Answer, Empty, Skeleton } from "../../parts/Answer";
import { Stored, useStored } from "../../parts/stored";
import { graphQuery } from "../data/queries";
import { useRunCells } from "../data/useRuns";
import { RUN_TAB, useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { RunChoice } from "../frame/RunChoice";
import { Toolbar } from "../frame/Toolbar";
import { Legend } from "../grid/Legend";
import { useFolds } from "../grid/useFolds";
import { Board, BoardContext } from "./board";
import { Flow } from "./Flow";
import { NodeActionsContext } from "./nodes";
import { Preview } from "./Preview";
import { Search, useSearch } from "./Search";
import { groupsOf, tasksIn, type Arrange } from "./shape";
import { useLayout } from "./useLayout";
import { useZoom } from "./useZoom";

const arrangement = new Stored<Arrange | "own">("arrange", ["own", "LR", "TB", "RL", "BT"], "own");
const ARRANGE_WORDS: [Arrange | "own", string][] = [
  ["own", "as the DAG says"],
  ["LR", "left to right"],
  ["TB", "top to bottom"],
  ["RL", "right to left"],
  ["BT", "bottom to top"],
];
const isNarrow = () => window.innerWidth < 600;

/** Groups of a small DAG are open when it is first seen. */
const SMALL = 60;

/** The tasks and what comes after what, in the states of one run. */
export default function GraphView() {
  const dagId = useDagId();
  const { view, change } = useView();
  const { query, runs, run, runId, cells } = useRunCells(dagId, view);
  const graph = useQuery(graphQuery(dagId, view.focus, view.version));
  const folds = useFolds(`graph.${dagId}`);
  const wanted = useStored(arrangement);
  const own = (graph.data?.arrange as Arrange | undefined) ?? "LR";
  // A narrow screen is higher than wide.
  const arrange = wanted !== "own" ? wanted : own === "LR" && isNarrow() ? "TB" : own;
  const small = useMemo(() => (graph.data?.nodes ?? []).flatMap(tasksIn).length <= SMALL, [graph.data]);
  const [anchor, setAnchor] = useState<string | null>(null);
  const { isOpen: turned, turn: turnFold, setAll: setAllFolds } = folds;
  const turn = useCallback(
    (group: string, open: boolean) => {
      setAnchor(group);
      turnFold(group, open);
    },
    [turnFold],
  );
  const setAll = (keys: string[], open: boolean) => {
    setAnchor(null);
    setAllFolds(keys, open);
  };
  const isOpen = useCallback((group: string) => turned(group, small), [turned, small]);
  const groups = useMemo(() => (graph.data ? groupsOf(graph.data) : []), [graph.data]);
  const { laid, error } = useLayout(graph.data, isOpen, arrange);
  const search = useSearch(laid);
  const [preview, setPreview] = useState<{ dagId: string; at: DOMRect } | null>(null);
  const zoom = useZoom();

  const board = useMemo(() => new Board(), []);
  useEffect(() => board.update(cells), [board, cells]);
  const actions = useMemo(
    () => ({
      turn,
      zoom: (taskId: string, target: string) => void zoom(target, runId ? { runId, taskId, mapIndex: -1 } : null),
      preview: (target: string | null, at: Element | null) =>
        setPreview(target && at ? { dagId: target, at: at.getBoundingClientRect() } : null),
    }),
    [turn, zoom, runId],
  );
  const onChoose = useCallback(
    (id: string | null) => {
      if (id === null) return change({ task: null });
      change({ task: id, run: runId ?? null });
    },
    [change, runId],
  );
  return (
    <div className="dag-fill">
      <Toolbar runs={runs} filters={false}>
        <Search search={search} />
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
        <select
          aria-label="Direction of the graph"
          value={wanted}
          onChange={(event) => arrangement.set(event.target.value as Arrange)}
        >
          {ARRANGE_WORDS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        {(runs.length > 0 || run) && (
          <RunChoice
            runs={runs}
            runId={runId}
            onChoose={(id) => change({ run: id })}
            onDetails={() => change({ run: runId, task: null, tab: RUN_TAB })}
          />
        )}
      </Toolbar>
      <Answer query={graph} lines={10}>
        {(data) =>
          data.nodes.length === 0 ? (
            <Empty title="This DAG has no tasks." />
          ) : error ? (
            <Empty title="The graph could not be laid out.">{error}</Empty>
          ) : laid ? (
            <BoardContext value={board}>
              <NodeActionsContext value={actions}>
                <ReactFlowProvider key={arrange}>
                  <Flow
                    laid={laid}
                    found={search.found}
                    sought={search.current}
                    chosen={view.taskId}
                    quiet={preview !== null}
                    anchor={anchor}
                    onChoose={onChoose}
                  />
                </ReactFlowProvider>
              </NodeActionsContext>
            </BoardContext>
          ) : (
            <Skeleton lines={8} />
          )
        }
      </Answer>
      {query.data && <Legend />}
      {preview && <Preview {...preview} />}
    </div>
  );
}
