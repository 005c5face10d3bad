import { expect, test } from "vitest";
import type { GraphData } from "../data/shapes";
import { gridRows, treeRows, wiringOf } from "./rows";

const task = (id: string) => ({ id, label: id, kind: "task" as const });
const graph: GraphData = {
  nodes: [
    task("a"),
    { id: "g", label: "g", kind: "group", children: [task("g.b"), task("g.c")] },
    { ...task("j"), kind: "join" },
    task("d"),
  ],
  edges: [
    { source: "a", target: "g" },
    { source: "g.b", target: "g.c" },
    { source: "g", target: "j" },
    { source: "j", target: "d" },
    { source: "a", target: "d" },
  ],
  arrange: "LR",
};

test("edges of groups lead to their first and from their last tasks, joins are passed through", () => {
  const { roots, after } = wiringOf(graph);
  expect(roots).toEqual(["a"]);
  expect(Object.fromEntries(after)).toEqual({ a: ["g.b", "d"], "g.b": ["g.c"], "g.c": ["d"] });
});

test("the tree shows a task below each before it, unfolded once", () => {
  const rows = treeRows(wiringOf(graph), (_key, byDefault) => byDefault);
  expect(rows.map(({ id, depth }) => `${depth} ${id}`)).toEqual(["0 a", "1 g.b", "2 g.c", "3 d", "1 d"]);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
});

test.each([
  [true, ["0 a", "0 g", "1 b", "1 c"]],
  [false, ["0 a", "0 g"]],
])("the grid folds its groups (%s)", (open, expected) => {
  const tasks = [task("a"), { id: "g", label: "g", kind: "group" as const, children: [task("g.b"), task("g.c")] }];
  expect(gridRows(tasks, () => open).map(({ label, depth }) => `${depth} ${label}`)).toEqual(expected);
});
