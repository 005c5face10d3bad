import { useState, type FormEvent, type ReactNode } from "react";
import { wordsOf } from "../api/client";
import { Dialog } from "../parts/Dialog";

/** A labelled field. */
export function Field({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
      {hint && <span className="hint">{hint}</span>}
    </label>
  );
}

/** A dialog that saves what is filled in; an error of the server stays in it, with what was typed. */
export function FormDialog({
  title,
  action = "Save",
  onClose,
  save,
  valid = true,
  wide,
  extra,
  children,
}: {
  title: string;
  action?: string;
  onClose: () => void;
  save: () => Promise<unknown>;
  valid?: boolean;
  wide?: boolean;
  /** Further buttons, on the left. */
  extra?: ReactNode;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await save();
      onClose();
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form onSubmit={(event) => void submit(event)}>
        {children}
        {error && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
        <div className="form-foot">
          {extra}
          <span className="grow" />
          <button type="button" onClick={onClose} disabled={busy}>
            Cancel
          </button>
          <button className="primary" disabled={busy || !valid}>
            {busy ? "Working…" : action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The value of a text as JSON, or what is wrong with it. An empty text is null. */
export function readJson(text: string): { value: unknown } | { error: string } {
  if (text.trim() === "") return { value: null };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: `this is no JSON: ${wordsOf(error)}` };
  }
}
