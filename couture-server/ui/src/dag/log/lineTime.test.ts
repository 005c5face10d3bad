import { expect, test } from "vitest";
import { clockOf, haveTimes, partsOf } from "./lineTime";

test.each([
  ["[2026-11-23T08:24:39.245530Z]     ^^^^", "2026-11-23T08:24:39.245530Z", "    ^^^^"],
  ["[2026-11-23T08:24:39Z] [2026-11-23T08:24:39Z] twice", "2026-11-23T08:24:39Z", "[2026-11-23T08:24:39Z] twice"],
  ["[2026-11-23] of a program", null, "[2026-11-23] of a program"],
  ["", null, ""],
])("%j has its time apart", (line, time, text) => {
  expect(partsOf(line)).toEqual({ time, text });
});

test("all texts of a log begin in one column", () => {
  const clocks = ["2026-11-23T08:24:39.245530Z", "2026-11-23T00:00:00Z", null].map((time) => clockOf(time, "UTC"));
  expect(clocks).toEqual(["08:24:39 ", "00:00:00 ", "         "]);
});

test.each([
  [[], false],
  [["a", "b"], false],
  [["no time", "[2026-11-23T08:24:39Z] one"], true],
])("whether %j has times", (lines, expected) => {
  expect(haveTimes(lines)).toBe(expected);
});
