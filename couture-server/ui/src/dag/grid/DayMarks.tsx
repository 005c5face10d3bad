import { useMemo } from "react";
import { useStored } from "../../parts/stored";
import { formatTime, zone } from "../../parts/time";
import type { GridRun } from "../data/shapes";
import { dayMarks } from "./days";
import { COLUMN } from "./measures";

/** Above the runs: their days. The label of a day whose beginning is out of sight stays at the edge. */
export function DayMarks({
  runs,
  first,
  last,
  names,
}: {
  runs: GridRun[];
  first: number;
  last: number;
  /** The width of what covers the left edge. */
  names: number;
}) {
  const where = useStored(zone);
  const marks = useMemo(() => {
    const days = runs.map((run) => formatTime(run.logical_date ?? run.run_after, where).slice(0, 10));
    return dayMarks(days, formatTime(Date.now(), where).slice(0, 4));
  }, [runs, where]);
  return marks
    .filter(({ index, runs: count }) => index + count > first && index <= last)
    .map(({ index, runs: count, label }) => (
      <span key={index} className="dag-day" style={{ left: index * COLUMN, width: count * COLUMN }} aria-hidden="true">
        <span style={{ left: names }}>{label}</span>
      </span>
    ));
}
