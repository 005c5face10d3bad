import { formatDuration } from "../../parts/time";
import type { HistoryCell } from "../data/shapes";
import { HistoryChart } from "./HistoryChart";
import { secondTicks } from "./scale";

const landingOf = (cell: HistoryCell) => cell[6];
const ticks = (max: number) => secondTicks(0, max, 6);
const words = (seconds: number) => (seconds === 0 ? "0 s" : formatDuration(seconds));

/** How long after the end of its data interval each task was done, run by run. */
export default function LandingView() {
  return <HistoryChart title="Landing time" valueOf={landingOf} words={words} ticks={ticks} />;
}
