import { useStored } from "../../parts/stored";
import { formatTime, zone } from "../../parts/time";
import type { GridRun } from "../data/shapes";
import { COLUMN } from "./measures";

const APART = 5;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Above the runs: where a day begins. */
export function DayMarks({ runs, first, last }: { runs: GridRun[]; first: number; last: number }) {
  const where = useStored(zone);
  const dayOf = (run: GridRun | undefined) => formatTime(run?.logical_date ?? run?.run_after, where).slice(0, 10);
  const marks: { index: number; day: string }[] = [];
  for (let index = Math.max(0, first - APART), mark = -APART; index <= last; index += 1) {
    const day = dayOf(runs[index]);
    if (!day || index - mark < APART || (index > 0 && day === dayOf(runs[index - 1]))) continue;
    mark = index;
    marks.push({ index, day });
  }
  return (
    <>
      {marks.map(({ index, day }) => (
        <span key={index} className="dag-day" style={{ left: index * COLUMN }} aria-hidden="true">
          {MONTHS[Number(day.slice(5, 7)) - 1]} {Number(day.slice(8))}
        </span>
      ))}
    </>
  );
}
