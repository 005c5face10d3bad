import { useSyncExternalStore } from "react";

/** One ticking clock for everything that shows how long something takes or how long ago it was. */
const watchers = new Set<() => void>();
let timer: number | undefined;

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= window.setInterval(() => watchers.forEach((one) => one()), 1000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time in milliseconds, to the second. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => Math.floor(Date.now() / 1000) * 1000);
}
