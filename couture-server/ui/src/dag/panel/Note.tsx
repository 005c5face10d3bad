import { useState } from "react";
import { toast } from "../../parts/toast";

const MAX_NOTE = 1000;

/** A person's note on a run or a task instance. */
export function Note({ note, save }: { note: string | null; save: ((note: string) => Promise<unknown>) | null }) {
  const [text, setText] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (text === null) {
    return (
      <div className="dag-note">
        {note && <p>{note}</p>}
        {save && (
          <button type="button" className="link" onClick={() => setText(note ?? "")}>
            {note ? "Edit the note" : "Add a note"}
          </button>
        )}
      </div>
    );
  }
  const keep = async () => {
    setBusy(true);
    try {
      await save?.(text);
      setText(null);
    } catch (error) {
      toast.error("could not save the note", error);
    }
    setBusy(false);
  };
  return (
    <div className="dag-note">
      <textarea
        aria-label="Note"
        rows={3}
        maxLength={MAX_NOTE}
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
      />
      <div className="row">
        <button type="button" className="primary" disabled={busy} onClick={() => void keep()}>
          Save
        </button>
        <button type="button" disabled={busy} onClick={() => setText(null)}>
          Cancel
        </button>
      </div>
    </div>
  );
}
