import { useState, useSyncExternalStore, type ReactNode } from "react";
import { wordsOf } from "../api/client";
import { Dialog } from "./Dialog";

interface Question {
  title: string;
  body?: ReactNode;
  /** The word on the button that does it. */
  action: string;
  danger?: boolean;
  /** Must be typed before the button works, for what cannot be undone. */
  type?: string;
  /** Done while the dialog waits; an error is shown in it. Without, the answer comes at once. */
  run?: () => Promise<unknown>;
}

let question: (Question & { answer: (yes: boolean) => void }) | null = null;
const watchers = new Set<() => void>();

function set(next: typeof question): void {
  question = next;
  watchers.forEach((watcher) => watcher());
}

/** Asks before something is done. Resolves with whether it was confirmed (and, with `run`, done). */
export function confirm(asked: Question): Promise<boolean> {
  return new Promise((resolve) => set({ ...asked, answer: resolve }));
}

export function ConfirmHost() {
  const current = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => question,
  );
  return current && <Confirm key={current.title} {...current} />;
}

function Confirm({ title, body, action, danger, type, run, answer }: NonNullable<typeof question>) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const close = (yes: boolean) => {
    set(null);
    answer(yes);
  };
  const act = async () => {
    if (!run) return close(true);
    setBusy(true);
    try {
      await run();
      close(true);
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={() => !busy && close(false)}
      footer={
        <>
          <button onClick={() => close(false)} disabled={busy}>
            Cancel
          </button>
          <button
            className={danger ? "danger" : "primary"}
            autoFocus={!danger}
            disabled={busy || (type !== undefined && typed !== type)}
            onClick={() => void act()}
          >
            {busy ? "Working…" : action}
          </button>
        </>
      }
    >
      {body}
      {type !== undefined && (
        <label className="field">
          <span>
            Type <code>{type}</code> to confirm
          </span>
          <input value={typed} autoFocus onChange={(event) => setTyped(event.target.value)} />
        </label>
      )}
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
