import type { QueryKey } from "@tanstack/react-query";
import type { Change } from "../api/types";

/** The lists that a change of each kind can alter, by the first word of their query keys. */
const LISTS: Record<Change["kind"], readonly string[]> = {
  dag: ["dags", "importErrors", "dagTags", "dagWarnings"],
  run: ["dags", "dagRuns", "dashboard"],
  task: ["dags", "taskInstances", "pools", "dashboard"],
  asset: ["assets", "assetEvents"],
  sla_miss: ["slaMisses"],
  backfill: ["backfills"],
  history_deleted: ["dags", "dagRuns", "taskInstances"],
};

/**
 * What a batch of changes makes stale. Keys of queries begin with the list's name (`["dagRuns", …]`), or with `"dag"` and an id for
 * what belongs to one DAG (`["dag", dagId, …]`).
 */
export class Stale {
  private readonly lists = new Set<string>();
  private readonly dags = new Set<string>();

  add(change: Change): void {
    LISTS[change.kind]?.forEach((list) => this.lists.add(list));
    if (change.dag_id) this.dags.add(change.dag_id);
  }

  /** Whether the query of this key shows something of one DAG that changed. */
  hasDag(key: QueryKey): boolean {
    return key[0] === "dag" && typeof key[1] === "string" && this.dags.has(key[1]);
  }

  /** Whether the query of this key is a list that changed. */
  hasList(key: QueryKey): boolean {
    return typeof key[0] === "string" && this.lists.has(key[0]);
  }

  clear(): void {
    this.lists.clear();
    this.dags.clear();
  }
}
