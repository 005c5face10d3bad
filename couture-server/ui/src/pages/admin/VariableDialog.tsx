import { useState } from "react";
import { api, part } from "../../api/client";
import type { Schema } from "../../api/types";
import { Field, FormDialog } from "../../form/Form";
import { toast } from "../../parts/toast";

export type Variable = Schema<"VariableBody">;

/** What the server shows in place of a value that it keeps to itself. */
export const HIDDEN = "***";

/** Makes a variable, or changes one. A hidden value that is left alone stays as it is. */
export function VariableDialog({
  variable,
  onClose,
  onDone,
}: {
  variable: Variable | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const hidden = variable !== null && (variable.value === HIDDEN || variable.value === null);
  const [key, setKey] = useState(variable?.key ?? "");
  const [value, setValue] = useState(hidden ? "" : (variable?.value ?? ""));
  const [description, setDescription] = useState(variable?.description ?? "");
  const [touched, setTouched] = useState(false);
  const save = async () => {
    if (variable) {
      const change = touched ? { value } : {};
      await api.patch(`/variables/${part(variable.key)}`, {
        key: variable.key,
        description: description || null,
        ...change,
      });
    } else {
      await api.post("/variables", { key: key.trim(), value, description: description || null });
    }
    toast.done(`${key} is saved`);
    onDone();
  };
  return (
    <FormDialog
      title={variable ? `Edit ${variable.key}` : "Add variable"}
      valid={key.trim() !== ""}
      onClose={onClose}
      save={save}
    >
      {!variable && (
        <Field label="Key">
          <input required autoFocus spellCheck={false} value={key} onChange={(event) => setKey(event.target.value)} />
        </Field>
      )}
      <Field
        label="Value"
        hint={
          hidden
            ? "Its value is not shown, because its key sounds like a secret. Left empty, it stays as it is."
            : undefined
        }
      >
        <textarea
          className="mono"
          rows={6}
          value={value}
          spellCheck={false}
          placeholder={hidden ? "unchanged" : ""}
          onChange={(event) => {
            setValue(event.target.value);
            setTouched(!(hidden && event.target.value === ""));
          }}
        />
      </Field>
      <Field label="Description">
        <input value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
