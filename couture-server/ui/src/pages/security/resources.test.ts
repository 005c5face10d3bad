import { expect, test } from "vitest";
import { grouped } from "./resources";

test.each([
  [["Pools", "DAGs", "Variables"], { DAGs: ["DAGs"], Admin: ["Variables", "Pools"] }],
  [["Visualisations"], { "Not used yet": ["Visualisations"] }],
  [["Something new"], { Others: ["Something new"] }],
  [[], {}],
])("%j are grouped, and none is lost", (resources, expected) => {
  expect(Object.fromEntries(grouped(resources).map((group) => [group.title, group.resources]))).toEqual(expected);
});
