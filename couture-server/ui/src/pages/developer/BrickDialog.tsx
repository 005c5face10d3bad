import { useState } from "react";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { Code } from "../../code/Code";
import { Field, FormDialog } from "../../form/Form";
import { toast } from "../../parts/toast";

export type Brick = Schema<"BrickBody">;

/** Makes a code brick, or changes one. */
export function BrickDialog({
  brick,
  onClose,
  onDone,
}: {
  brick: Brick | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const [title, setTitle] = useState(brick?.title ?? "");
  const [description, setDescription] = useState(brick?.description ?? "");
  const [content, setContent] = useState(brick?.content ?? "");
  const save = async () => {
    const body = {
      title: title.trim(),
      description,
      content,
      language: brick?.language ?? "python",
    };
    if (brick) await api.patch(`/codeBricks/${encodeURIComponent(brick.id)}`, { ...body, version: brick.version });
    else await api.post("/codeBricks", body);
    toast.done(`the brick “${title}” is saved`);
    onDone();
  };
  return (
    <FormDialog
      title={brick ? `Edit “${brick.title}”` : "Add a new code brick"}
      wide
      valid={title.trim() !== "" && content.trim() !== ""}
      onClose={onClose}
      save={save}
    >
      <Field label="Title" hint="It appears in the list.">
        <input required autoFocus value={title} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      <Field label="Description">
        <input value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      <div className="field brick-code">
        <span>Code</span>
        <Code value={content} name="python" label="Code of the brick" onChange={setContent} />
      </div>
    </FormDialog>
  );
}
