// The states of the shown run, node by node: a change draws just its own node again.

import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { Cell } from "../data/shapes";

export class Board {
  private cells: Record<string, Cell> = {};
  private readonly watchers = new Map<string, Set<() => void>>();
  private readonly all = new Set<() => void>();

  update(cells: Record<string, Cell>) {
    const old = this.cells;
    if (old === cells) return;
    this.cells = cells;
    for (const [id, watchers] of this.watchers) {
      if (old[id] !== cells[id]) watchers.forEach((watcher) => watcher());
    }
    this.all.forEach((watcher) => watcher());
  }

  get(id: string): Cell | undefined {
    return this.cells[id];
  }

  watch(id: string, watcher: () => void): () => void {
    const watchers = this.watchers.get(id) ?? new Set();
    this.watchers.set(id, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.watchers.delete(id);
    };
  }

  /** For what shows all nodes at once. */
  watchAll(watcher: () => void): () => void {
    this.all.add(watcher);
    return () => {
      this.all.delete(watcher);
    };
  }
}

export const BoardContext = createContext(new Board());

export function useCell(id: string): Cell | undefined {
  const board = useContext(BoardContext);
  const watch = useCallback((watcher: () => void) => board.watch(id, watcher), [board, id]);
  return useSyncExternalStore(watch, () => board.get(id));
}
