import { memo } from "react";
import { formatDuration } from "../../parts/time";
import { useNow } from "../../parts/now";
import { stateColor, stateWords } from "../../parts/StateBadge";
import { runSeconds } from "../data/duration";
import type { GridRun } from "../data/shapes";
import { BAR, COLUMN } from "./measures";

const TYPE_SIGNS: Record<string, string> = { manual: "▸", backfill: "↺", asset_triggered: "◆", scheduled: "" };

interface BarProps {
  run: GridRun;
  index: number;
  seconds: number | null;
  longest: number;
  chosen: boolean;
  active: boolean;
}

const Bar = memo(function Bar({ run, index, seconds, longest, chosen, active }: BarProps) {
  const height = seconds === null ? 3 : Math.max(3, Math.round((seconds / longest) * BAR));
  const took = seconds === null ? "not started" : formatDuration(seconds);
  return (
    <div
      role="columnheader"
      id={`dag-run-${index}`}
      aria-colindex={index + 2}
      aria-selected={chosen}
      className={`dag-bar${chosen ? " chosen" : ""}${active ? " active" : ""}`}
      style={{ left: index * COLUMN, width: COLUMN }}
    >
      <b className="visually-hidden">{`run ${run.run_id}, ${stateWords(run.state)}, ${took}`}</b>
      <span style={{ height, background: stateColor(run.state) }} />
      <i aria-hidden="true">{TYPE_SIGNS[run.run_type] ?? ""}</i>
    </div>
  );
});

interface Props {
  runs: GridRun[];
  first: number;
  last: number;
  chosenRun: number;
  activeRun: number;
}

/** The runs above the grid: a bar each, as high as the run took long. */
export function RunBars({ runs, first, last, chosenRun, activeRun }: Props) {
  const live = runs.some((run) => run.state === "running");
  return live ? (
    <Ticking {...{ runs, first, last, chosenRun, activeRun }} />
  ) : (
    <Bars {...{ runs, first, last, chosenRun, activeRun }} nowMs={0} />
  );
}

function Ticking(props: Props) {
  return <Bars {...props} nowMs={useNow()} />;
}

function Bars({ runs, first, last, chosenRun, activeRun, nowMs }: Props & { nowMs: number }) {
  const longest = longestOf(runs, nowMs);
  return runs
    .slice(first, last + 1)
    .map((run, offset) => (
      <Bar
        key={run.run_id}
        run={run}
        index={first + offset}
        seconds={runSeconds(run, nowMs)}
        longest={longest}
        chosen={first + offset === chosenRun}
        active={first + offset === activeRun}
      />
    ));
}

/** The longest duration of the runs in seconds, at least a second so that nothing is divided by zero. */
export function longestOf(runs: GridRun[], nowMs: number): number {
  return runs.reduce((longest, run) => Math.max(longest, runSeconds(run, nowMs) ?? 0), 1);
}
