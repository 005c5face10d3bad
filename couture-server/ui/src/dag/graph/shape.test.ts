import { expect, test } from "vitest";
import type { GraphData } from "../data/shapes";
import { toElk, type Arrange } from "./shape";

const task = (id: string, operator?: string) => ({ id, label: id, kind: "task" as const, operator });
const graph: GraphData = {
  nodes: [
    task("a", "BashOperator"),
    { id: "g", label: "g", kind: "group", children: [task("g.b")] },
    { ...task("j"), kind: "join" },
  ],
  edges: [],
  arrange: "LR",
};

test.each<[Arrange, string]>([
  ["LR", "LEFT"],
  ["RL", "RIGHT"],
  ["TB", "AUTOMATIC"],
])("arranged %s, what is in one layer begins at the same edge", (arrange, side) => {
  const { elk } = toElk(graph, () => true, arrange);
  const sides = elk.children?.map(({ layoutOptions }) => layoutOptions?.["elk.alignment"]);
  expect(sides).toEqual([side, side, undefined]);
});

test("beside the operator there is room for the longest words of a state", () => {
  // As Chromium draws them in 11 px: "upstream failed", BashOperator, and what is around them.
  const needed = 87 + 80 + 13 + 5 + 25;
  const { elk } = toElk(graph, () => false, "LR");
  expect(elk.children?.[0]?.width).toBeLessThanOrEqual(300);
  expect(elk.children?.[0]?.width).toBeGreaterThanOrEqual(needed - 5);
});
