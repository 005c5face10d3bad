import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
} from "react";
import { formatDuration } from "../../parts/time";
import type { Cell, GridRun } from "../data/shapes";
import { secondsBetween } from "../data/duration";
import { stateWords } from "../../parts/StateBadge";
import { CellTip } from "./CellTip";
import { DayMarks } from "./DayMarks";
import { Hover } from "./hover";
import { AFTER, BEYOND, COLUMN, HEAD, NAMES_MAX, NAMES_MIN, ROW } from "./measures";
import { Palette, paint } from "./paint";
import { NOTHING, rangeOf, sameRange, within, type Range } from "./range";
import { RowName } from "./RowName";
import type { Row } from "./rows";
import { longestOf, RunBars } from "./RunBars";
import { onTheme, useSize } from "./useViewport";

interface Props {
  rows: Row[];
  /** The oldest first. */
  runs: GridRun[];
  states: Record<string, Record<string, Cell>>;
  runId?: string;
  taskId?: string;
  onSelect: (runId: string | null, taskId: string | null) => void;
  onToggle: (key: string) => void;
  label: string;
}

/** Where the keyboard is: row -1 are the bars of the runs, run -1 the names of the tasks, both -1 nowhere yet. */
interface Cursor {
  run: number;
  row: number;
}

/** Runs × tasks: names at the left, runs with their durations on top, a canvas of cells under both. */
export function Grid({ rows, runs, states, runId, taskId, onSelect, onToggle, label }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const probe = useRef<HTMLElement>(null);
  const palette = useRef<Palette>(null);
  const hover = useMemo(() => new Hover(), []);
  const { width, height } = useSize(scroller);
  const names = Math.round(Math.min(NAMES_MAX, Math.max(NAMES_MIN, width * 0.3)));
  const [cursor, setCursor] = useState<Cursor>({ run: -1, row: -1 });
  const chosenRun = useMemo(() => runs.findIndex((run) => run.run_id === runId), [runs, runId]);
  const chosenRow = useMemo(() => (taskId ? rows.findIndex((row) => row.id === taskId) : -1), [rows, taskId]);
  const [rowsSeen, setRowsSeen] = useState(NOTHING);
  const [runsSeen, setRunsSeen] = useState(NOTHING);
  // A list may be shorter than when it was looked at: this render comes before the next look.
  const rowRange = within(rowsSeen, rows.length);
  const runRange = within(runsSeen, runs.length);

  const draw = useCallback(() => {
    const element = canvas.current;
    const view = scroller.current;
    const context = element?.getContext("2d");
    if (!element || !view || !context || width === 0) return;
    const scale = window.devicePixelRatio || 1;
    const [deviceWidth, deviceHeight] = [Math.round(width * scale), Math.round(height * scale)];
    if (element.width !== deviceWidth || element.height !== deviceHeight) {
      element.width = deviceWidth;
      element.height = deviceHeight;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const at = hover.current();
    const picture = { rows, runs, states, names, left: view.scrollLeft, top: view.scrollTop, width, height };
    const marks = { selectedRun: chosenRun, selectedRow: chosenRow, hoverRun: at?.run ?? -1, hoverRow: at?.row ?? -1 };
    palette.current ??= new Palette(probe.current!);
    paint(context, { ...picture, ...marks }, palette.current);
  }, [rows, runs, states, names, width, height, chosenRun, chosenRow, hover]);

  const look = useCallback(() => {
    const view = scroller.current;
    if (!view) return;
    const unlessSame = (next: Range) => (old: Range) => (sameRange(old, next) ? old : next);
    setRowsSeen(unlessSame(rangeOf(view.scrollTop, height - HEAD, ROW, rows.length, BEYOND)));
    setRunsSeen(unlessSame(rangeOf(view.scrollLeft, width - names, COLUMN, runs.length, BEYOND)));
  }, [height, width, names, rows.length, runs.length]);

  // The newest runs are at the right: begin there, as soon as there are any.
  const begun = useRef(false);
  useLayoutEffect(() => {
    const view = scroller.current;
    if (!view || width === 0) return;
    if (!begun.current && runs.length > 0) {
      begun.current = true;
      view.scrollLeft = view.scrollWidth;
    }
    look();
    draw();
  }, [draw, look, width, runs.length]);
  useEffect(() => hover.watch(draw), [hover, draw]);
  useEffect(
    () =>
      onTheme(() => {
        palette.current = null;
        draw();
      }),
    [draw],
  );

  const frame = useRef(0);
  const onScroll = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      look();
      draw();
    });
    hover.set(null);
  };

  const placeOf = (event: MouseEvent) => {
    const view = scroller.current!;
    const box = view.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    if (x > view.clientWidth || y > view.clientHeight) return null;
    const run = x < names ? -1 : Math.floor((x - names + view.scrollLeft) / COLUMN);
    const row = y < HEAD ? -1 : Math.floor((y - HEAD + view.scrollTop) / ROW);
    if (run >= runs.length || row >= rows.length) return null;
    return { run, row, x, y };
  };
  const onMove = (event: MouseEvent) => {
    const place = placeOf(event);
    hover.set(place && place.run < 0 && place.row < 0 ? null : place);
  };
  const choose = (run: number, row: number) =>
    onSelect(run >= 0 ? (runs[run]?.run_id ?? null) : null, row >= 0 ? (rows[row]?.id ?? null) : null);
  const onClick = (event: MouseEvent) => {
    const place = placeOf(event);
    if (!place || (place.run < 0 && place.row < 0)) return;
    setCursor({ run: place.run, row: place.row });
    if (place.run >= 0) choose(place.run, place.row);
    else onSelect(runId ?? null, rows[place.row]!.id);
  };

  const moveTo = (next: Cursor) => {
    setCursor(next);
    const view = scroller.current;
    if (!view) return;
    const [x, y] = [next.run * COLUMN, next.row * ROW];
    if (next.run >= 0) {
      if (x < view.scrollLeft) view.scrollLeft = x;
      else if (x + COLUMN > view.scrollLeft + width - names) view.scrollLeft = x + COLUMN - width + names;
    }
    if (next.row >= 0) {
      if (y < view.scrollTop) view.scrollTop = y;
      else if (y + ROW > view.scrollTop + height - HEAD) view.scrollTop = y + ROW - height + HEAD;
    }
  };
  const onKey = (event: KeyboardEvent) => {
    const { run, row } = cursor.run < 0 && cursor.row < 0 ? { run: runs.length - 1, row: 0 } : cursor;
    const page = Math.max(1, Math.floor((height - HEAD) / ROW) - 1);
    const [lastRun, lastRow] = [runs.length - 1, rows.length - 1];
    const moves: Record<string, Cursor> = {
      ArrowLeft: { run: Math.max(row < 0 ? 0 : -1, run - 1), row },
      ArrowRight: { run: Math.min(lastRun, run + 1), row },
      ArrowUp: { run, row: Math.max(run < 0 ? 0 : -1, row - 1) },
      ArrowDown: { run, row: Math.min(lastRow, row + 1) },
      Home: { run: row < 0 ? 0 : -1, row },
      End: { run: lastRun, row },
      PageUp: { run, row: Math.max(0, row - page) },
      PageDown: { run, row: Math.min(lastRow, row + page) },
    };
    const fold = rows[row]?.open ?? null;
    if (moves[event.key] && !event.altKey && !event.metaKey && !event.ctrlKey) moveTo(moves[event.key]!);
    else if (event.key === "Enter" || event.key === " ") {
      if (run < 0 && fold !== null) onToggle(rows[row]!.key);
      else if (run < 0) onSelect(runId ?? null, rows[row]?.id ?? null);
      else choose(run, row);
    } else if ((event.key === "+" || event.key === "-") && fold !== null) {
      if (fold === (event.key === "-")) onToggle(rows[row]!.key);
    } else return;
    event.preventDefault();
  };

  const shown = rows.slice(rowRange.first, rowRange.last + 1);
  const stage = { width: names + runs.length * COLUMN + AFTER, height: HEAD + rows.length * ROW + 12 };
  const activeRun = runs[cursor.run];
  const longest = useMemo(() => longestOf(runs, Date.now()), [runs]);
  const activeId = cursor.row < 0 ? `dag-run-${cursor.run}` : cursor.run < 0 ? `dag-row-${cursor.row}` : "dag-cell";
  return (
    <div className="dag-grid">
      <div
        ref={scroller}
        className="dag-grid-scroll"
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={runs.length + 1}
        aria-activedescendant={cursor.run < 0 && cursor.row < 0 ? undefined : activeId}
        aria-keyshortcuts="ArrowUp ArrowDown ArrowLeft ArrowRight Enter"
        onScroll={onScroll}
        onMouseMove={onMove}
        onMouseLeave={() => hover.set(null)}
        onClick={onClick}
        onKeyDown={onKey}
      >
        <div className="dag-stage" style={stage} role="presentation">
          <i ref={probe} className="dag-probe" aria-hidden="true" />
          <canvas
            ref={canvas}
            className="dag-canvas"
            style={{ width, height, marginBottom: -height }}
            aria-hidden="true"
          />
          <div className="dag-head" role="row" aria-rowindex={1} style={{ height: HEAD }}>
            <div
              className="dag-corner"
              role="columnheader"
              aria-colindex={1}
              aria-label="task"
              style={{ width: names, height: HEAD }}
            >
              <span>{formatDuration(longest)}</span>
              <span>{formatDuration(longest / 2)}</span>
              <span>0 s</span>
            </div>
            <div className="dag-bars" role="presentation" style={{ left: names }}>
              <DayMarks runs={runs} {...runRange} names={names} />
              <RunBars runs={runs} {...runRange} chosenRun={chosenRun} activeRun={cursor.row < 0 ? cursor.run : -1} />
            </div>
          </div>
          {shown.map((row, offset) => {
            const index = rowRange.first + offset;
            const active = index === cursor.row;
            return (
              <div
                key={row.key}
                role="row"
                aria-rowindex={index + 2}
                className="dag-row"
                style={{ top: HEAD + index * ROW, height: ROW }}
              >
                <div
                  role="rowheader"
                  id={`dag-row-${index}`}
                  aria-colindex={1}
                  className={`dag-name${index === chosenRow ? " chosen" : ""}${active && cursor.run < 0 ? " active" : ""}`}
                  style={{ width: names }}
                >
                  <RowName row={row} onToggle={onToggle} />
                </div>
                {active && activeRun && (
                  <div
                    role="gridcell"
                    id="dag-cell"
                    aria-colindex={cursor.run + 2}
                    aria-selected={cursor.run === chosenRun && index === chosenRow}
                    aria-label={cellWords(row, activeRun, states[activeRun.run_id]?.[row.id])}
                    className="dag-cursor"
                    style={{ left: names + cursor.run * COLUMN, width: COLUMN }}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
      <CellTip hover={hover} rows={rows} runs={runs} states={states} width={width} />
    </div>
  );
}

function cellWords(row: Row, run: GridRun, cell: Cell | undefined): string {
  const seconds = cell && cell[3] !== null ? secondsBetween(cell[2], cell[3], 0) : null;
  const took = seconds === null ? "" : `, ${formatDuration(seconds)}`;
  return `${row.id}, run ${run.run_id}: ${stateWords(cell?.[0])}${took}`;
}
