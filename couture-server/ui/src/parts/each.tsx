import { wordsOf } from "../api/client";
import { toast } from "./toast";

const AT_ONCE = 4;

/**
 * Does something to each of many, a few at a time, and says at the end how it went: `3 runs cleared`, or what failed and why.
 * `done` is the past participle.
 */
export async function eachOf<T>(
  rows: readonly T[],
  what: string,
  done: string,
  act: (row: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...rows];
  const failures: string[] = [];
  const work = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      try {
        await act(row);
      } catch (error) {
        failures.push(wordsOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const worked = rows.length - failures.length;
  if (worked > 0) toast.done(`${worked} ${what} ${done}`);
  if (failures.length > 0) {
    const reasons = [...new Set(failures)].slice(0, 3).join("\n");
    toast.error(`${failures.length} ${what} could not be ${done}:\n${reasons}`);
  }
}
