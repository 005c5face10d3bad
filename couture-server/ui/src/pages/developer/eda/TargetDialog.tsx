import { useState } from "react";
import { Field, FormDialog } from "../../../form/Form";

/** Asks for the column that the others shall explain, before the importance of the data is measured. */
export function TargetDialog({
  source,
  onClose,
  start,
}: {
  source: string;
  onClose: () => void;
  start: (target: string | null) => Promise<unknown>;
}) {
  const [target, setTarget] = useState("");
  return (
    <FormDialog title="Data importance (L1)" action="Start" onClose={onClose} save={() => start(target.trim() || null)}>
      <p>
        Measures how well each column of <b>{source}</b> explains one of them, the target.
      </p>
      <Field
        label="Target column (optional)"
        hint={
          <>
            Its name as in the header of the data, or a comparison: <code>delay &gt; 15</code>. Left empty, a likely one
            is proposed, and the report says which.
          </>
        }
      >
        <input autoFocus spellCheck={false} value={target} onChange={(event) => setTarget(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
