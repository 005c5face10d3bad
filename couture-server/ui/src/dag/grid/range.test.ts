import { expect, test } from "vitest";
import { NOTHING, rangeOf, within } from "./range";

test.each([
  ["the begin", [0, 100, 20, 50, 0], { first: 0, last: 5 }],
  ["the middle and some beyond", [200, 100, 20, 50, 6], { first: 4, last: 21 }],
  ["the end", [900, 100, 20, 50, 6], { first: 39, last: 49 }],
  ["a list that is shorter than the window", [0, 1000, 20, 3, 6], { first: 0, last: 2 }],
  ["an empty list", [0, 1000, 20, 0, 6], NOTHING],
  ["a list that ends before the window", [900, 100, 20, 5, 6], NOTHING],
  ["a window without a size", [0, -500, 24, 50, 6], NOTHING],
] as const)("the range of %s", (_name, [from, size, step, count, beyond], expected) => {
  expect(rangeOf(from, size, step, count, beyond)).toEqual(expected);
});

test.each([
  ["stays as it is in a long list", { first: 4, last: 9 }, 10, { first: 4, last: 9 }],
  ["ends with a list that became shorter", { first: 4, last: 9 }, 6, { first: 4, last: 5 }],
  ["is nothing when the list ends before it", { first: 4, last: 9 }, 4, NOTHING],
  ["is nothing in an empty list", { first: 0, last: 0 }, 0, NOTHING],
  ["is nothing before anything was looked up", NOTHING, 10, NOTHING],
])("a range %s", (_name, range, count, expected) => {
  expect(within(range, count)).toEqual(expected);
});
