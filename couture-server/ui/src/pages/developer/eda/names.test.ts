import { describe, expect, it } from "vitest";
import { isData, orderedBy, type Ordered } from "./names";

describe("files that are read", () => {
  const check = (name: string, expected: boolean) => it(name, () => expect(isData(name)).toBe(expected));
  check("sales.csv", true);
  check("SALES.TSV.GZ", true);
  check("sales.2026.jsonl.zst", true);
  check("book.xlsx", true);
  check("part-0.parquet", true);
  check("sales.csv.exe", false);
  check("notes.pdf", false);
  check("csv", false);
  check("archive.gz", false);
});

describe("what a run says of its analysis", () => {
  const check = (conf: Record<string, unknown> | null, expected: Partial<Ordered>) =>
    it(JSON.stringify(conf), () => expect(orderedBy(conf)).toMatchObject(expected));
  check(null, { kind: "preliminary", source: null, output: null, target: null });
  check(
    { source: "/data/a.csv", kind: "preliminary", name: "a.csv", timestamp: "2026-11-23T04-13-37" },
    { source: "/data/a.csv", output: "outputs/a.csv/preliminary/2026-11-23T04-13-37/data_info.html" },
  );
  check(
    { source: "s3://b/a", kind: "data_importance", name: "a", timestamp: "t", target: "delay > 15" },
    {
      kind: "data_importance",
      target: "delay > 15",
      output: "outputs/a/data_importance/t/table_and_feature_importance.html",
    },
  );
  check({ conn_id: "shop", table: "orders" }, { source: "shop/orders" });
  check({ conn_id: "shop", query: "select 1" }, { source: "shop/select 1" });
  check({ upload: "uploads/1f3a/sales.csv", source: "sales.csv" }, { source: "sales.csv" });
  check({ source: 7, kind: ["L0"], name: "a" }, { kind: "preliminary", source: null, output: null });
});
