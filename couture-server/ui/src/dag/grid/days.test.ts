import { describe, expect, test } from "vitest";
import { dayMarks } from "./days";
import { COLUMN } from "./measures";

const hourly = Array.from({ length: 60 }, (_, at) => `2026-11-${20 + Math.floor((at + 22) / 24)}`);
const daily = Array.from({ length: 25 }, (_, at) => `2026-11-${String(at + 1).padStart(2, "0")}`);

test.each([
  ["none", [], []],
  ["one run", ["2026-11-03"], [[0, 1, "Nov 3"]]],
  ["one day", ["2026-11-03", "2026-11-03"], [[0, 2, "Nov 3"]]],
  ["another year", ["2025-01-09"], [[0, 1, "Jan 9 2025"]]],
  [
    "the rest of a day gives way",
    hourly,
    [
      [2, 24, "Nov 21"],
      [26, 24, "Nov 22"],
      [50, 10, "Nov 23"],
    ],
  ],
  [
    "a day a run",
    daily.slice(0, 7),
    [
      [0, 3, "Nov 1"],
      [3, 3, "Nov 4"],
      [6, 1, "Nov 7"],
    ],
  ],
  ["runs without a date", ["", "", "2026-11-03"], [[2, 1, "Nov 3"]]],
])("%s", (_, days, expected) => {
  expect(dayMarks(days, "2026").map(({ index, runs, label }) => [index, runs, label])).toEqual(expected);
});

describe("labels never touch", () => {
  test.each([
    ["daily", daily],
    ["hourly", hourly],
    ["yearly", ["2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01"]],
  ])("%s", (_, days) => {
    const marks = dayMarks(days, "2026");
    expect(marks.length).toBeGreaterThan(0);
    for (const [at, { index, label }] of marks.entries()) {
      const next = marks[at + 1];
      if (next) expect((next.index - index) * COLUMN).toBeGreaterThanOrEqual(label.length * 6.4);
    }
  });
});
