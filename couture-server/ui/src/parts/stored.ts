import { useSyncExternalStore } from "react";

/** A small choice of this viewer that outlives the tab, and is the same in all tabs. */
export class Stored<T extends string> {
  private readonly watchers = new Set<() => void>();
  private value: T;

  constructor(
    private readonly name: string,
    private readonly choices: readonly T[],
    private readonly standard: T,
  ) {
    this.value = this.read() ?? standard;
  }

  private get key(): string {
    return `couture.${this.name}`;
  }

  /** Another tab chose. */
  private readonly onStorage = (event: StorageEvent): void => {
    if (event.key !== this.key) return;
    this.value = this.read() ?? this.standard;
    this.watchers.forEach((watcher) => watcher());
  };

  private read(): T | null {
    try {
      const text = localStorage.getItem(this.key) as T | null;
      return text !== null && this.choices.includes(text) ? text : null;
    } catch {
      return null;
    }
  }

  readonly get = (): T => this.value;

  readonly watch = (watcher: () => void): (() => void) => {
    if (this.watchers.size === 0) window.addEventListener("storage", this.onStorage);
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) window.removeEventListener("storage", this.onStorage);
    };
  };

  set(value: T): void {
    this.value = value;
    try {
      localStorage.setItem(this.key, value);
    } catch {
      // Without storage the choice lasts as long as the tab.
    }
    this.watchers.forEach((watcher) => watcher());
  }
}

export function useStored<T extends string>(stored: Stored<T>): T {
  return useSyncExternalStore(stored.watch, stored.get);
}
