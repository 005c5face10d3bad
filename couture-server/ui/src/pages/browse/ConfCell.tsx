import { useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { Json } from "../../parts/Json";

/** A JSON value in a cell: its beginning, and all of it on a click. */
export function ConfCell({ title, value }: { title: string; value: unknown }) {
  const [open, setOpen] = useState(false);
  if (
    value === null ||
    value === undefined ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  ) {
    return <span className="faint">–</span>;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return (
    <>
      <button className="link" onClick={() => setOpen(true)}>
        <code className="clip">{text.slice(0, 80)}</code>
      </button>
      {open && (
        <Dialog title={title} onClose={() => setOpen(false)} wide>
          <Json value={parsed(value)} open={3} />
        </Dialog>
      )}
    </>
  );
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
