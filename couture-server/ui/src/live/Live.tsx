import { useQueryClient } from "@tanstack/react-query";
import { useMay } from "../api/session";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Change } from "../api/types";
import { Stale } from "./stale";
import { liveStream, type LiveState } from "./stream";

/** Lists are asked again at most this often; what belongs to one DAG, at once and then at most this often. */
const LISTS_MS = 1_000;
const DAG_MS = 150;

/** Keeps every shown query true while the stream tells of changes. Mounted once, below the login. */
export function Live() {
  const client = useQueryClient();
  const allowed = useMay()("read", "DAGs");
  useEffect(() => {
    if (!allowed) return liveStream.rest();
    const lists = throttled(LISTS_MS, (stale) =>
      client.invalidateQueries({ predicate: ({ queryKey }) => stale.hasList(queryKey) }, { cancelRefetch: false }),
    );
    const dags = throttled(DAG_MS, (stale) =>
      client.invalidateQueries(
        // Queries marked `live: false` are kept true by their own listener, or cannot change.
        { predicate: ({ queryKey, meta }) => meta?.live !== false && stale.hasDag(queryKey) },
        { cancelRefetch: false },
      ),
    );
    const stop = liveStream.listen({
      changes: (changes) => {
        lists(changes);
        dags(changes);
      },
      reset: () => void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" }),
    });
    const end = liveStream.start();
    return () => {
      stop();
      end();
    };
  }, [client, allowed]);
  return null;
}

function throttled(wait_ms: number, act: (stale: Stale) => Promise<unknown>): (changes: Change[]) => void {
  const stale = new Stale();
  let waiting = false;
  let again = false;
  const run = () => {
    again = false;
    waiting = true;
    const rest = new Promise((resolve) => setTimeout(resolve, wait_ms));
    // A slow answer slows the next question down.
    const asked = act(stale).catch(() => {});
    stale.clear();
    void Promise.all([rest, asked]).then(() => {
      waiting = false;
      if (again) run();
    });
  };
  return (changes) => {
    changes.forEach((change) => stale.add(change));
    if (waiting) again = true;
    else run();
  };
}

/** Calls `listener` with the changes of one DAG as they come (for views that patch what they show). */
export function useChanges(dagId: string, listener: (changes: Change[]) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      liveStream.listen({
        changes: (changes) => {
          const mine = changes.filter((change) => change.dag_id === dagId);
          if (mine.length > 0) latest.current(mine);
        },
        reset: () => {},
      }),
    [dagId],
  );
}

/** How the stream is. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(liveStream.watch, liveStream.current);
}
