import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useNow } from "../../parts/now";
import { useStored } from "../../parts/stored";
import { stateColor, stateWords } from "../../parts/StateBadge";
import { formatDuration, formatTime, zone, type Zone } from "../../parts/time";
import type { Cell, GridRun } from "../data/shapes";
import { RowName } from "../grid/RowName";
import type { Row } from "../grid/rows";
import { useSize } from "../grid/useViewport";
import { scale, secondTicks } from "./scale";

const ROW = 24;
const HEAD = 28;

interface Props {
  rows: Row[];
  run: GridRun;
  cells: Record<string, Cell>;
  chosen?: string;
  onChoose: (taskId: string) => void;
  onToggle: (key: string) => void;
}

/** Bars on one axis of time. */
export function Gantt({ rows, run, cells, chosen, onChoose, onToggle }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useSize(scroller);
  const names = Math.round(Math.min(320, Math.max(160, width * 0.28)));
  const now = useNow();
  const where = useStored(zone);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const [from, to] = spanOf(rows, cells, run, now);
  const x = scale(from, to, 0, Math.max(1, width - names - 24));
  const ticks = secondTicks(0, (to - from) / 1000, Math.max(2, Math.floor((width - names) / 120)));
  return (
    <div className="dag-grid">
      <div
        ref={scroller}
        className="dag-grid-scroll"
        tabIndex={0}
        role="region"
        aria-label={`When the tasks of ${run.run_id} ran`}
      >
        <div className="gantt-head" style={{ height: HEAD }}>
          <span style={{ width: names }}>{formatTime(from, where)}</span>
          <div>
            {ticks.map((tick) => (
              <i key={tick} style={{ left: x(from + tick * 1000) }} title={formatTime(from + tick * 1000, where)}>
                {tickWords(from, tick, ticks, where)}
              </i>
            ))}
          </div>
        </div>
        <div className="gantt-rows" style={{ height: virtual.getTotalSize() }}>
          <div className="gantt-lines" style={{ left: names }} aria-hidden="true">
            {ticks.map((tick) => (
              <i key={tick} style={{ left: x(from + tick * 1000) }} />
            ))}
          </div>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]!;
            return (
              <div
                key={row.key}
                className={row.id === chosen ? "gantt-row chosen" : "gantt-row"}
                style={{ top: start, height: ROW }}
              >
                <div className="dag-name" style={{ width: names }} onClick={() => onChoose(row.id)}>
                  <RowName row={row} onToggle={onToggle} />
                </div>
                <Bar row={row} cell={cells[row.id]} x={x} now={now} left={names} where={where} onChoose={onChoose} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface BarProps {
  row: Row;
  cell: Cell | undefined;
  x: (ms: number) => number;
  now: number;
  left: number;
  where: Zone;
  onChoose: (taskId: string) => void;
}

function Bar({ row, cell, x, now, left, where, onChoose }: BarProps) {
  if (!cell || cell[2] === null) return null;
  const end = cell[3] ?? now;
  const seconds = (end - cell[2]) / 1000;
  const words = `${row.id}: ${stateWords(cell[0])}, ${formatTime(cell[2], where, true)}, ${formatDuration(seconds)}`;
  const size = Math.max(3, x(end) - x(cell[2]));
  return (
    <button
      type="button"
      className={row.kind === "group" ? "gantt-bar group" : "gantt-bar"}
      style={{ left: left + x(cell[2]), width: size, background: stateColor(cell[0]) }}
      aria-label={words}
      title={words}
      onClick={() => onChoose(row.id)}
    />
  );
}

function spanOf(rows: Row[], cells: Record<string, Cell>, run: GridRun, now: number): [number, number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { id } of rows) {
    const cell = cells[id];
    if (!cell || cell[2] === null) continue;
    from = Math.min(from, cell[2]);
    to = Math.max(to, cell[3] ?? now);
  }
  // A run that was cleared long after it ran has parts of both times: its own start is no use then.
  if (run.start_date && Math.abs(Date.parse(run.start_date) - from) < 60_000)
    from = Math.min(from, Date.parse(run.start_date));
  return to > from ? [from, to] : [from, from + 1000];
}

function tickWords(from: number, tick: number, ticks: number[], where: Zone): string {
  const step = (ticks[1] ?? tick) - (ticks[0] ?? 0);
  if (step >= 60) return formatTime(from + tick * 1000, where).slice(11, 16);
  return `+${step < 1 ? tick.toFixed(step < 0.1 ? 2 : 1) : tick} s`;
}
