import type { HistoryCell } from "../data/shapes";
import { HistoryChart } from "./HistoryChart";
import { wholeTicks } from "./scale";

const triesOf = (cell: HistoryCell) => (cell[5] > 0 ? cell[5] : null);
const ticks = (max: number) => wholeTicks(max, 6);

/** How many tries each task needed, run by run. */
export default function TriesView() {
  return (
    <HistoryChart
      title="Tries"
      valueOf={triesOf}
      words={(tries) => (tries === 1 ? "1 try" : `${tries} tries`)}
      ticks={ticks}
    />
  );
}
