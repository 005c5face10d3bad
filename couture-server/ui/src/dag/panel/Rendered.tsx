import { useState } from "react";
import { Empty, Skeleton } from "../../parts/Answer";
import { Json } from "../../parts/Json";
import { toast } from "../../parts/toast";
import type { InstanceKey } from "../data/paths";

interface Props {
  instance: InstanceKey;
  fields: Record<string, unknown> | null;
  known: boolean;
  finished: boolean;
}

/** The operator's templates as they were rendered for this instance. Secrets are hidden by the server. */
export function Rendered({ fields, known, finished }: Props) {
  if (!known) return <Skeleton lines={4} />;
  const entries = Object.entries(fields ?? {});
  if (entries.length === 0) {
    return (
      <Empty title={finished ? "Nothing was rendered." : "Nothing is rendered yet."}>
        {finished
          ? "None of its fields holds a template: they ran as the code shows them."
          : "Templates are rendered just before the task runs; an operator without any has none."}
      </Empty>
    );
  }
  return (
    <>
      {entries.map(([name, value]) => (
        <section key={name} className="dag-value">
          <header>
            <h3>{name}</h3>
            <Copy text={typeof value === "string" ? value : JSON.stringify(value, null, 2)} />
          </header>
          {typeof value === "string" ? <pre>{value}</pre> : <Json value={value} />}
        </section>
      ))}
    </>
  );
}

export function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch (error) {
      toast.error("could not copy", error);
    }
  };
  return (
    <button type="button" className="link" onClick={() => void copy()}>
      {done ? "copied" : "copy"}
    </button>
  );
}
