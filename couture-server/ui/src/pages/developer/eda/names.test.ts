import { describe, expect, it } from "vitest";
import { isData, sourceFault } from "./names";

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

describe("what is wrong with a source", () => {
  const check = (source: string, fault: RegExp | null) =>
    it(JSON.stringify(source), () => {
      if (fault === null) expect(sourceFault(source)).toBeNull();
      else expect(sourceFault(source)).toMatch(fault);
    });
  check("", null);
  check("/data/sales/*.csv", null);
  check("s3://bucket/a b/part-*.parquet", null);
  check("HDFS://name:8020/data", null);
  check("postgres://reader@db/shop", null);
  check("postgres://reader:secret@db/shop", /password/);
  check("ftp://host/a.csv", /ftp:\/\/ cannot be read/);
  check("C:\\data\\a.csv", null);
});
