import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { wordsOf } from "../../api/client";
import { Dialog } from "../../parts/Dialog";
import { toast } from "../../parts/toast";
import { AffectedList, useAffected, type AffectedInstance } from "./Affected";

interface Props {
  dagId: string;
  title: ReactNode;
  /** `cleared`, `marked`: what becomes of them. */
  verb: string;
  action: string;
  done: string;
  /** The options, above the list. */
  options?: ReactNode;
  /** What the answer to `ask` depends on. */
  askKey: readonly unknown[];
  ask: (signal?: AbortSignal) => Promise<{ task_instances: AffectedInstance[] }>;
  act: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks before many instances are changed, with the list of them as the options make it. */
export function AffectDialog({ dagId, title, verb, action, done, options, askKey, ask, act, onClose }: Props) {
  const client = useQueryClient();
  const affected = useAffected([dagId, ...askKey], ask);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const nothing = affected.data?.task_instances.length === 0;
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      toast.done(done);
      void client.invalidateQueries({ queryKey: ["dag", dagId] });
      onClose();
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      wide
      onClose={() => !busy && onClose()}
      footer={
        <>
          <button type="button" disabled={busy} onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="primary"
            disabled={busy || nothing || affected.isPending || affected.isError}
            onClick={() => void run()}
          >
            {busy ? "Working…" : action}
          </button>
        </>
      }
    >
      {options}
      <AffectedList query={affected} verb={verb} />
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
