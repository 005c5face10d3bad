import { useState } from "react";
import { Field, FormDialog } from "../../form/Form";
import type { FileStore } from "./files";

/** Asks for the name of a new file. It is made when its content is saved. */
export function NewFile({
  store,
  onClose,
  onCreate,
}: {
  store: FileStore;
  onClose: () => void;
  onCreate: (path: string) => void;
}) {
  const [name, setName] = useState("");
  const isDag = store.list === "dagFiles";
  const path = isDag && !/\.[a-z]+$/i.test(name.trim()) ? `${name.trim()}.py` : name.trim();
  return (
    <FormDialog
      title={isDag ? "Create new DAG" : "Create file"}
      action="Go on"
      valid={name.trim() !== ""}
      onClose={onClose}
      save={async () => onCreate(path)}
    >
      <Field
        label="Name"
        hint={name.trim() !== "" ? <>It becomes {path} when you save it.</> : "Folders are allowed: sales/daily"}
      >
        <input required autoFocus spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
