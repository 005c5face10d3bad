import { useState } from "react";
import { formatDuration } from "../../parts/time";
import type { HistoryCell } from "../data/shapes";
import { HistoryChart } from "./HistoryChart";
import { secondTicks } from "./scale";

const durationOf = ([, , , start, end]: HistoryCell) =>
  start !== null && end !== null ? Math.max(0, (end - start) / 1000) : null;
const ticks = (max: number) => secondTicks(0, max, 6);
const words = (seconds: number) => (seconds === 0 ? "0 s" : formatDuration(seconds));

/** How long each task took, run by run. */
export default function DurationsView() {
  const [cumulative, setCumulative] = useState(false);
  return (
    <HistoryChart title="Duration" valueOf={durationOf} words={words} ticks={ticks} cumulative={cumulative}>
      <label className="check">
        <input type="checkbox" checked={cumulative} onChange={(event) => setCumulative(event.target.checked)} />{" "}
        cumulative
      </label>
    </HistoryChart>
  );
}
