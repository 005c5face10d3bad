// When a line of a log was written: the server puts it before each.

import { formatTime, type Zone } from "../../parts/time";

const TIME = /^\[(\d{4}-\d\d-\d\dT[\d:.]+Z)\] /;

/** A line without its time, and that time as it was written; null where the line has none. */
export function partsOf(line: string): { time: string | null; text: string } {
  const match = TIME.exec(line);
  return match ? { time: match[1]!, text: line.slice(match[0].length) } : { time: null, text: line };
}

/** `09:05:00 `; as many blanks for a line without a time, so that all texts begin below each other. */
export function clockOf(time: string | null, where: Zone): string {
  return `${time === null ? "" : formatTime(time, where).slice(11)} `.padStart(9);
}

/** Whether lines tell when they were written; the first ones speak for all. */
export function haveTimes(lines: readonly string[]): boolean {
  return lines.slice(0, 20).some((line) => TIME.test(line));
}
