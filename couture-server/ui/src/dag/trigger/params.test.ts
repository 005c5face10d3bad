import { describe, expect, test } from "vitest";
import { faultOf, fieldsOf, NotJson, type Schema } from "./params";

const field = (value: unknown, schema: Schema = {}) => fieldsOf({ p: { value, description: null, schema } })[0]!;

test.each([
  ["text", {}, "text"],
  ["a\nb", {}, "lines"],
  [5, {}, "number"],
  [true, {}, "switch"],
  ["a", { enum: ["a", "b"] }, "choice"],
  [["a"], {}, "list"],
  [[1], {}, "json"],
  [["a"], { type: "array", examples: ["a", "b"] }, "choices"],
  [{ a: 1 }, {}, "json"],
  [null, { type: ["null", "string"], format: "date" }, "date"],
  [null, { type: "string", format: "date-time" }, "datetime"],
  [null, {}, "text"],
])("%j with %j is asked for by %s", (value, schema, kind) => {
  expect(field(value, schema as Schema).kind).toBe(kind);
});

test("a bare value stands for a param without a schema", () => {
  expect(fieldsOf({ unit: "cm" })).toMatchObject([{ name: "unit", kind: "text", start: "cm" }]);
});

test.each([
  [["c", "a", "b"], "cab"],
  [["b"], "bac"],
  [[], "acb"],
  [["gone", "b", "c"], "bca"],
])("the order %j is the author's", (order, expected) => {
  const fields = fieldsOf({ a: 1, c: 2, b: 3 }, order);
  expect(fields.map(({ name }) => name).join("")).toBe(expected);
});

describe("faults", () => {
  test.each([
    [{ type: "integer" }, 1.5, "a whole number is needed"],
    [{ type: "integer", exclusiveMinimum: 0 }, 0, "more than 0"],
    [{ type: "number", exclusiveMaximum: 1 }, 1, "less than 1"],
    [{ type: "array", minItems: 2 }, ["a"], "at least 2 values"],
    [{ type: "array", maxItems: 1 }, ["a", "b"], "at most 1 values"],
    [{ type: "array", uniqueItems: true }, ["a", "a"], "each value once"],
    [{ type: "object" }, new NotJson("{"), "this is not JSON"],
    [{ type: "integer" }, null, "a value is needed"],
    [{ type: ["null", "integer"] }, null, null],
    [{ type: "integer", minimum: 3 }, 2, "at least 3"],
    [{ type: "string", maxLength: 2 }, "abc", "at most 2 characters"],
    [{ type: "string", pattern: "^a+$" }, "b", "it must look like ^a+$"],
    [{ type: "string", pattern: "(" }, "b", null],
    [{ type: "string" }, "", null],
  ])("%j of %j: %s", (schema, value, fault) => {
    expect(faultOf(field(1, schema as Schema), value)).toBe(fault);
  });
});
