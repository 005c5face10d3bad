import { describe, expect, it } from "vitest";
import { narrowed } from "./rows";

describe("a list that is narrowed here", () => {
  const all = [
    { key: "b", size: 10 },
    { key: "a", size: 9 },
    { key: "c", size: null },
  ];
  const local = {
    text: (row: (typeof all)[number]) => row.key,
    value: (row: (typeof all)[number], column: string) => (column === "size" ? row.size : row.key),
  };
  const check = (sort: string, q: string, page: number, size: number, expected: string, total: number) =>
    it(`${sort} ${q} ${page}: ${expected}`, () => {
      const found = narrowed(all, { page, size, sort, filters: { q } }, local);
      expect([found.rows.map((row) => row.key).join(""), found.total]).toEqual([expected, total]);
    });
  check("key", "", 0, 25, "abc", 3);
  check("-key", "", 0, 2, "cb", 3);
  check("-key", "", 1, 2, "a", 3);
  check("size", "", 0, 25, "abc", 3);
  check("", "B", 0, 25, "b", 1);
  check("", "x", 0, 25, "", 0);
});
