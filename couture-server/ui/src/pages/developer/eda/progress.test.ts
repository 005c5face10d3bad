import { describe, expect, it } from "vitest";
import { progressOf } from "./progress";

describe("the progress that a log tells of", () => {
  const check = (lines: string[], expected: string | null, share: number | null = null) =>
    it(JSON.stringify(lines), () =>
      expect(progressOf(lines)).toEqual(expected === null ? null : { words: expected, share }),
    );
  check([], null);
  check(["it begins", "reading data.csv"], null);
  check(['{"rows":30,"rows_per_second":15}'], "30 rows, 15 rows/s");
  check(
    ['{"rows":1,"rows_per_second":1}', '[2026-11-23] INFO - {"rows":2500000,"rows_per_second":812345,"share":0.257}'],
    "25 %, 2,500,000 rows, 812,345 rows/s",
    0.257,
  );
  check(['{"rows":9,"rows_per_second":3,"share":0.5}', "writing the report"], "50 %, 9 rows, 3 rows/s", 0.5);
  check(['{"rows":9,"rows_per_second":3,"share":7}'], "100 %, 9 rows, 3 rows/s", 1);
  check(['{"rows":9,"rows_per_sec}'], null);
  check(['{"rows":"many"}'], null);
});
