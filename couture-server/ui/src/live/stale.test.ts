import { describe, expect, it } from "vitest";
import { Stale } from "./stale";

describe("what a change makes stale", () => {
  const stale = new Stale();
  stale.add({ kind: "task", dag_id: "a", run_id: "r", task_id: "t" });
  const dag = (key: unknown[], expected: boolean) =>
    it(JSON.stringify(key), () => expect(stale.hasDag(key)).toBe(expected));
  const list = (key: unknown[], expected: boolean) =>
    it(JSON.stringify(key), () => expect(stale.hasList(key)).toBe(expected));
  dag(["dag", "a", "grid"], true);
  dag(["dag", "b", "grid"], false);
  dag(["dags", "a"], false);
  list(["taskInstances", {}], true);
  list(["dags", {}], true);
  list(["variables"], false);
  list(["me"], false);
});
