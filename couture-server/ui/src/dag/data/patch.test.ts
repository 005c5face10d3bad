import { describe, expect, test } from "vitest";
import type { Change } from "../../api/types";
import { patchGrid, stateOfMany } from "./patch";
import type { Cell, GridData, GridRun } from "./shapes";

const run = (run_id: string, state: GridRun["state"]): GridRun => ({
  run_id,
  run_type: "manual",
  state,
  logical_date: "2026-01-01T00:00:00Z",
  run_after: "2026-01-01T00:00:00Z",
  queued_at: "2026-01-01T00:00:00Z",
  start_date: "2026-01-01T00:00:00Z",
  end_date: null,
  duration: null,
  dag_version: 1,
  note: null,
  conf_is_empty: true,
});

const grid = (cells: Record<string, Cell>): GridData => ({
  tasks: [
    { id: "a", label: "a", kind: "task" },
    {
      id: "g",
      label: "g",
      kind: "group",
      children: [
        { id: "g.b", label: "b", kind: "task" },
        { id: "g.c", label: "c", kind: "task" },
      ],
    },
    { id: "m", label: "m", kind: "task", is_mapped: true },
  ],
  runs: [run("r", "running")],
  states: { r: cells },
  next_run: null,
});

const AT = "2026-01-01T00:00:10Z";
const MS = Date.parse(AT);
const task = (task_id: string, state: string, more: Partial<Change> = {}): Change => ({
  at: AT,
  kind: "task",
  dag_id: "d",
  run_id: "r",
  task_id,
  map_index: -1,
  try_number: 1,
  state,
  ...more,
});

describe("a task's change", () => {
  const cases: [string, Record<string, Cell>, Change, string, Cell][] = [
    ["starts", {}, task("a", "running"), "a", ["running", 1, MS, null, null, null]],
    ["ends", { a: ["running", 1, 5, null, null, null] }, task("a", "success"), "a", ["success", 1, 5, MS, null, null]],
    [
      "is cleared",
      { a: ["failed", 1, 5, 6, null, null] },
      task("a", "cleared"),
      "a",
      [null, 1, null, null, null, null],
    ],
    ["is skipped without having run", {}, task("a", "skipped"), "a", ["skipped", 1, null, null, null, null]],
    [
      "shows in its group",
      { "g.b": ["success", 1, 5, 6, null, null], g: [null, 0, 5, 6, null, { success: 1, none: 1 }] },
      task("g.c", "failed"),
      "g",
      ["failed", 0, 5, 6, null, { success: 1, failed: 1 }],
    ],
  ];
  test.each(cases)("%s", (_name, cells, change, id, expected) => {
    const before = grid(cells);
    const { data, stale } = patchGrid(before, [change], new Map());
    expect(stale).toBe(false);
    expect(data.states.r![id]).toEqual(expected);
    // What was there is not touched: React compares by identity.
    expect(before.states.r![id]).toEqual(cells[id]);
  });

  test("of a mapped instance moves it from state to state", () => {
    const before = grid({ m: ["running", 1, 5, null, 3, { running: 1, success: 2 }] });
    const seen = new Map<string, string>();
    // Where it came from is not known: the grid is asked again.
    expect(patchGrid(before, [task("m", "success", { map_index: 2 })], seen).stale).toBe(true);
    const patched = patchGrid(
      before,
      [task("m", "running", { map_index: 2 }), task("m", "failed", { map_index: 2 })],
      seen,
    );
    expect(patched.data.states.r!.m![0]).toBe("failed");
  });
});

describe("a run's change", () => {
  test("ends it", () => {
    const { data } = patchGrid(
      grid({}),
      [{ at: AT, kind: "run", dag_id: "d", run_id: "r", state: "success" }],
      new Map(),
    );
    expect(data.runs[0]).toMatchObject({ state: "success", end_date: AT, duration: 10 });
  });

  test("of an unknown run makes the grid stale", () => {
    const before = grid({});
    const { data, stale } = patchGrid(
      before,
      [{ at: AT, kind: "run", dag_id: "d", run_id: "new", state: "queued" }],
      new Map(),
    );
    expect(stale).toBe(true);
    expect(data).toBe(before);
  });
});

test.each([
  [{ success: 9, failed: 1 }, "failed"],
  [{ success: 9, running: 1 }, "running"],
  [{ success: 9, none: 1 }, null],
  [{ success: 9, skipped: 1 }, "success"],
  [{}, null],
])("the state of many: %j", (counts, expected) => {
  expect(stateOfMany(counts)).toBe(expected);
});
