import { useSyncExternalStore } from "react";
import { useNow } from "../../parts/now";
import { Time } from "../../parts/Time";
import { formatDuration } from "../../parts/time";
import { runSeconds, secondsBetween } from "../data/duration";
import type { Cell, GridRun, StateCounts } from "../data/shapes";
import { StateBadge } from "../../parts/StateBadge";
import type { Hover } from "./hover";
import type { Row } from "./rows";

interface Props {
  hover: Hover;
  rows: Row[];
  runs: GridRun[];
  states: Record<string, Record<string, Cell>>;
  /** The width of what the tip must stay inside. */
  width: number;
}

/** What a cell or a bar stands for, beside the pointer. */
export function CellTip({ hover, rows, runs, states, width }: Props) {
  const at = useSyncExternalStore(hover.watch, hover.current);
  const run = at ? runs[at.run] : undefined;
  if (!at || !run) return null;
  const row = rows[at.row];
  const flip = at.x > width - 300;
  return (
    <div
      className="dag-tip"
      role="presentation"
      style={{ top: at.y + 14, ...(flip ? { right: width - at.x + 10 } : { left: at.x + 14 }) }}
    >
      {row ? <OfCell row={row} run={run} cell={states[run.run_id]?.[row.id]} /> : <OfRun run={run} />}
    </div>
  );
}

function OfRun({ run }: { run: GridRun }) {
  const now = useNow();
  return (
    <>
      <b>{run.run_id}</b>
      <StateBadge state={run.state} />
      <dl>
        <dt>type</dt>
        <dd>{run.run_type.replace("_", " ")}</dd>
        <dt>logical date</dt>
        <dd>
          <Time value={run.logical_date} />
        </dd>
        <dt>started</dt>
        <dd>
          <Time value={run.start_date} />
        </dd>
        <dt>took</dt>
        <dd>{formatDuration(runSeconds(run, now)) || "–"}</dd>
        {run.dag_version !== null && (
          <>
            <dt>version</dt>
            <dd>{run.dag_version}</dd>
          </>
        )}
      </dl>
      {run.note && <p className="dag-tip-note">{run.note}</p>}
    </>
  );
}

function OfCell({ row, run, cell }: { row: Row; run: GridRun; cell: Cell | undefined }) {
  const now = useNow();
  return (
    <>
      <b>{row.id}</b>
      <StateBadge state={cell?.[0] ?? null} />
      <dl>
        <dt>run</dt>
        <dd>{run.run_id}</dd>
        {row.operator && (
          <>
            <dt>operator</dt>
            <dd>{row.operator}</dd>
          </>
        )}
        {cell && cell[2] !== null && (
          <>
            <dt>started</dt>
            <dd>
              <Time value={cell[2]} />
            </dd>
            <dt>took</dt>
            <dd>{formatDuration(secondsBetween(cell[2], cell[3], now))}</dd>
          </>
        )}
        {cell && cell[1] > 1 && (
          <>
            <dt>try</dt>
            <dd>{cell[1]}</dd>
          </>
        )}
      </dl>
      {cell?.[5] && <Counts counts={cell[5]} mapped={cell[4]} />}
    </>
  );
}

/** How many of each state stand behind a cell. */
export function Counts({ counts, mapped }: { counts: StateCounts; mapped: number | null }) {
  return (
    <ul className="dag-counts">
      {mapped !== null && <li>{mapped} mapped</li>}
      {Object.entries(counts).map(([state, count]) => (
        <li key={state}>
          {count} <StateBadge state={state} />
        </li>
      ))}
    </ul>
  );
}
