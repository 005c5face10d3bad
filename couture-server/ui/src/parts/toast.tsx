import { useSyncExternalStore } from "react";
import { wordsOf } from "../api/client";
import { Icon } from "./Icon";

/** Short messages in the corner. A success leaves by itself, an error stays until it is closed. */
interface Toast {
  id: number;
  kind: "done" | "error" | "info";
  text: string;
}

const SHOWN_MS = 5_000;
const MOST = 5;
let toasts: readonly Toast[] = [];
let next = 1;
const watchers = new Set<() => void>();

function set(list: readonly Toast[]): void {
  toasts = list;
  watchers.forEach((watcher) => watcher());
}

function show(kind: Toast["kind"], text: string): void {
  const id = next++;
  set([...toasts.filter((one) => one.text !== text), { id, kind, text }].slice(-MOST));
  if (kind !== "error") setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  set(toasts.filter((one) => one.id !== id));
}

export const toast = {
  done: (text: string) => show("done", text),
  info: (text: string) => show("info", text),
  /** Shows an error with what was tried: `could not pause etl: the server does not answer`. */
  error: (tried: string, error?: unknown) => show("error", error === undefined ? tried : `${tried}: ${wordsOf(error)}`),
};

export function Toasts() {
  const list = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map(({ id, kind, text }) => (
        <div key={id} className={`toast toast-${kind}`}>
          <Icon name={kind === "error" ? "warning" : "check"} />
          <span className="toast-text">{text}</span>
          <button className="ghost" aria-label="Close" onClick={() => dismiss(id)}>
            <Icon name="close" size={12} />
          </button>
        </div>
      ))}
    </div>
  );
}
