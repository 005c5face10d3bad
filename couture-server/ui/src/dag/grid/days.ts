// Where the days of the runs begin, and which of them have room for a label.

import { COLUMN } from "./measures";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** The width of a letter of a label, and what is left free around one, in CSS pixels. */
const LETTER = 6.4;
const AROUND = 14;

export interface DayMark {
  /** The first run of the day. */
  index: number;
  /** How many runs it stands above: its own day's, and those of days without room. */
  runs: number;
  label: string;
}

/** The days (`2026-11-23`) of runs as labels that never touch. A day that is too short for its label gives way to the next. */
export function dayMarks(days: readonly string[], thisYear: string): DayMark[] {
  const begins = days.flatMap((day, index) => (day !== "" && day !== days[index - 1] ? [index] : []));
  const marks: DayMark[] = [];
  for (const [at, index] of begins.entries()) {
    const label = labelOf(days[index]!, thisYear);
    const before = marks.at(-1);
    if (before && (index - before.index) * COLUMN < before.label.length * LETTER + AROUND) {
      // Only the first may have begun before what is shown: there, a whole day tells more than the rest of one.
      const whole = (begins[at + 1] ?? days.length) - index;
      if (before !== marks[0] || at !== 1 || whole <= index - before.index) continue;
      marks.pop();
    }
    marks.push({ index, runs: 0, label });
  }
  return marks.map((mark, at) => ({ ...mark, runs: (marks[at + 1]?.index ?? days.length) - mark.index }));
}

function labelOf(day: string, thisYear: string): string {
  const [year = "", month, date] = day.split("-");
  return `${MONTHS[Number(month) - 1] ?? ""} ${Number(date)}${year === thisYear ? "" : ` ${year}`}`;
}
