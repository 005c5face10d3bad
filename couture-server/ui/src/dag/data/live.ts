// Keeps what is shown of one DAG true from the stream of changes: grids are patched at once, the rest is asked again
// where a change touches it, and never more often than is useful to a viewer.

import { useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Change, TaskState } from "../../api/types";
import { useChanges } from "../../live/Live";
import { patchGrid, patchRun } from "./patch";
import type { DagRun, GridData, TaskInstance } from "./shapes";

/** Changes that come together are worked in together: once a frame. */
const GATHER_MS = 16;
const SOON_MS = 250;
const CALM_MS = 2_000;

/** Asks stale queries again, each kind at most once in its time. */
class Errands {
  private readonly waiting = new Map<string, number>();
  constructor(private readonly client: QueryClient) {}

  ask(queryKey: QueryKey, inMs: number) {
    const name = JSON.stringify(queryKey);
    if (this.waiting.has(name)) return;
    const timer = window.setTimeout(() => {
      this.waiting.delete(name);
      void this.client.invalidateQueries({ queryKey }, { cancelRefetch: false });
    }, inMs);
    this.waiting.set(name, timer);
  }

  drop() {
    this.waiting.forEach((timer) => window.clearTimeout(timer));
    this.waiting.clear();
  }
}

class Follower {
  private readonly seen = new Map<string, string>();
  private readonly errands: Errands;
  private gathered: Change[] = [];
  private timer: number | undefined;

  constructor(
    private readonly client: QueryClient,
    private readonly dagId: string,
  ) {
    this.errands = new Errands(client);
  }

  take(changes: Change[]) {
    this.gathered.push(...changes);
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      const gathered = this.gathered;
      this.gathered = [];
      this.work(gathered);
    }, GATHER_MS);
  }

  drop() {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.errands.drop();
  }

  private work(changes: Change[]) {
    const { client, dagId } = this;
    for (const [key, data] of client.getQueriesData<GridData>({ queryKey: ["dag", dagId, "grid"] })) {
      if (!data) continue;
      const patched = patchGrid(data, changes, this.seen);
      if (patched.data !== data) client.setQueryData(key, patched.data);
      if (patched.stale) this.errands.ask(key, SOON_MS);
    }
    let runs = false;
    for (const change of changes) {
      if (change.kind === "task") this.ofTask(change);
      else if (change.kind === "run") {
        runs = true;
        const key = ["dag", dagId, "run", change.run_id];
        client.setQueryData<DagRun>(key, (run) => run && patchRun(run, change));
        this.errands.ask(key, SOON_MS);
      } else if (change.kind === "history_deleted") this.errands.ask(["dag", dagId], SOON_MS);
      else if (change.kind === "dag") {
        for (const part of ["details", "graph", "versions", "source", "tasks", "variablesUsed"]) {
          this.errands.ask(["dag", dagId, part], SOON_MS);
        }
        this.errands.ask(["dag", dagId, "grid"], SOON_MS);
      }
    }
    if (runs) {
      this.errands.ask(["dag", dagId, "runs"], SOON_MS);
      this.errands.ask(["dag", dagId, "calendar"], CALM_MS);
      this.errands.ask(["dag", dagId, "audit"], CALM_MS);
    }
    this.errands.ask(["dag", dagId, "history"], CALM_MS);
  }

  private ofTask(change: Change) {
    const base = ["dag", this.dagId, "run", change.run_id, "task", change.task_id];
    const key = [...base, change.map_index ?? -1];
    const state = change.state === "cleared" ? null : (change.state as TaskState | null | undefined);
    this.client.setQueryData<TaskInstance>(
      key,
      (old) => old && { ...old, state: state ?? null, try_number: change.try_number ?? old.try_number },
    );
    this.errands.ask(key, SOON_MS);
    if ((change.map_index ?? -1) >= 0 || change.state === "expanded") {
      this.errands.ask([...base, "mapped"], SOON_MS * 2);
      this.errands.ask([...base, -1], SOON_MS * 2);
    }
    // The reason why an instance waits may be that another one runs.
    this.errands.ask(["dag", this.dagId, "waiting"], SOON_MS);
    this.errands.ask(["dag", this.dagId, "instances", change.run_id], SOON_MS * 2);
  }
}

/** Follows the changes of a DAG for as long as the calling view is shown. */
export function useFollow(dagId: string) {
  const client = useQueryClient();
  const follower = useRef<Follower | null>(null);
  useEffect(() => {
    const own = new Follower(client, dagId);
    follower.current = own;
    return () => own.drop();
  }, [client, dagId]);
  useChanges(dagId, (changes) => follower.current?.take(changes));
}
