import { useCallback, useState } from "react";

/** Which rows the viewer folded or unfolded, against what they are by default. Kept while the tab lives. */
export function useFolds(name: string) {
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(() => read(name));
  const isOpen = useCallback((key: string, byDefault = false) => turned.get(key) ?? byDefault, [turned]);
  const set = useCallback(
    (next: ReadonlyMap<string, boolean>) => {
      setTurned(next);
      write(name, next);
    },
    [name],
  );
  const turn = useCallback((key: string, open: boolean) => set(new Map(turned).set(key, open)), [turned, set]);
  const setAll = useCallback((keys: string[], open: boolean) => set(new Map(keys.map((key) => [key, open]))), [set]);
  return { isOpen, turn, setAll };
}

const MAX_KEPT = 2_000;

function read(name: string): ReadonlyMap<string, boolean> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(`couture.folds.${name}`) ?? "[]");
    return new Map(Array.isArray(kept) ? (kept as [string, boolean][]) : []);
  } catch {
    return new Map();
  }
}

function write(name: string, folds: ReadonlyMap<string, boolean>) {
  try {
    sessionStorage.setItem(`couture.folds.${name}`, JSON.stringify([...folds].slice(-MAX_KEPT)));
  } catch {
    // Without storage the folds last as long as the view.
  }
}
