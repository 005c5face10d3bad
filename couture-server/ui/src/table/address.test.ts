import { describe, expect, it } from "vitest";
import { queryOf, readAddress } from "./address";
import { containing, type Filter } from "./columns";

const filters: Filter[] = [
  { id: "q", label: "", kind: "text", query: (value) => ({ pattern: containing(value) }) },
  { id: "state", label: "", kind: "many" },
  { id: "dag_id", label: "", kind: "exact", query: () => ({}) },
];

describe("the state of a table in the address", () => {
  const check = (search: string, expected: object) =>
    it(search || "nothing", () => {
      const address = readAddress(new URLSearchParams(search), filters, "-when");
      expect(queryOf(address, filters)).toEqual(expected);
    });
  check("", { limit: 25, offset: 0, order_by: "-when" });
  check("page=3&size=100&sort=name", { limit: 100, offset: 200, order_by: "name" });
  check("page=0&size=7", { limit: 25, offset: 0, order_by: "-when" });
  check("page=-1&size=1e9&other=1", { limit: 25, offset: 0, order_by: "-when" });
  check("q=etl&state=failed,running&dag_id=x", {
    limit: 25,
    offset: 0,
    order_by: "-when",
    pattern: "%etl%",
    state: ["failed", "running"],
  });
});
