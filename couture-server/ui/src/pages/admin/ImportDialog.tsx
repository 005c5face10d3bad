import { useState } from "react";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { Field, FormDialog, readJson } from "../../form/Form";
import { toast } from "../../parts/toast";

const ACTIONS = [
  ["overwrite", "Overwrite them"],
  ["skip", "Keep them as they are"],
  ["fail", "Import nothing"],
] as const;

/** What each list is imported from: JSON, as its export and Airflow's write it. */
const SHAPES = {
  variables: '{"key": value, …}',
  connections: '{"id": "type://login:password@host/schema", …} or {"id": {"conn_type": …}, …}',
};

/** Reads many variables or connections from a JSON file. */
export function ImportDialog({
  list,
  onClose,
  onDone,
}: {
  list: keyof typeof SHAPES;
  onClose: () => void;
  onDone: () => void;
}) {
  const [text, setText] = useState("");
  const [action, setAction] = useState("overwrite");
  const parsed = readJson(text);
  const isMap =
    "value" in parsed && parsed.value !== null && typeof parsed.value === "object" && !Array.isArray(parsed.value);
  const count = isMap && "value" in parsed ? Object.keys(parsed.value as object).length : 0;
  const wrong = "error" in parsed ? parsed.error : text.trim() !== "" && !isMap ? `this must be ${SHAPES[list]}` : null;
  const hint = text.trim() === "" ? SHAPES[list] : `${count} ${list}`;
  return (
    <FormDialog
      title={`Import ${list}`}
      action={count > 0 ? `Import ${count}` : "Import"}
      valid={isMap && count > 0}
      onClose={onClose}
      save={async () => {
        const done = await api.post<Schema<"ImportedBody">>(
          `/${list}/import?action=${action}`,
          "value" in parsed ? parsed.value : {},
        );
        const words = [
          `${done.created} created`,
          `${done.updated} overwritten`,
          `${done.skipped} kept`,
          `${done.failed} failed`,
        ];
        toast.done(
          `${list} imported: ${words.filter((word) => !word.startsWith("0 ")).join(", ") || "nothing changed"}`,
        );
        onDone();
      }}
    >
      <Field label="File">
        <input
          type="file"
          accept=".json,application/json"
          onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
        />
      </Field>
      <Field label="or text" hint={wrong ? <span className="error-text">{wrong}</span> : hint}>
        <textarea
          className="mono"
          rows={8}
          value={text}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Field label="If some are there already">
        <select value={action} onChange={(event) => setAction(event.target.value)}>
          {ACTIONS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </Field>
    </FormDialog>
  );
}
