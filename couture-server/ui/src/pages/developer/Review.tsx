import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ApiError, wordsOf } from "../../api/client";
import type { Schema } from "../../api/types";
import { Diff } from "../../code/Code";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import { fileAddress, type FileStore } from "./files";

/** What both stores answer, and what only that of DAG files does. */
type Saved = Pick<Schema<"SavedDagFile">, "version"> & Partial<Schema<"SavedDagFile">>;

/** The file as somebody else left it; one that they deleted is empty, and has no version. */
interface Theirs {
  content: string;
  version: string | null;
}

/** Shows what changed before it is saved; what the server says of it; and what to do if somebody else saved meanwhile. */
export function Review({
  store,
  path,
  before,
  after,
  version,
  onBack,
  onSaved,
  onTake,
}: {
  store: FileStore;
  path: string;
  before: string;
  after: string;
  version: string | null;
  onBack: () => void;
  onSaved: (version: string | null) => void;
  /** The other's text becomes the base of what is edited. */
  onTake: (theirs: Theirs) => void;
}) {
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const isDag = store.list === "dagFiles";
  const address = fileAddress(store, path);
  const parsed = useQuery({
    queryKey: [store.list, "check", path, after],
    queryFn: () => api.put<Saved>(address, { content: after, base_version: version }, { query: { dry_run: true } }),
    enabled: isDag,
    retry: false,
    gcTime: 0,
  });
  const refused = parsed.error instanceof ApiError && parsed.error.status === 422;
  const save = async (base: string | null) => {
    setBusy(true);
    setError(null);
    try {
      const saved = await api.put<Saved>(address, { content: after, base_version: base, message: message || null });
      saved.warnings?.forEach((warning) => toast.info(warning));
      toast.done(saved.dags?.length ? `${path} is saved: ${saved.dags.join(", ")}` : `${path} is saved`);
      onSaved(saved.version);
    } catch (failure) {
      const current = failure instanceof ApiError && failure.status === 409 ? currentOf(failure.body) : null;
      if (current) setTheirs(current);
      else setError(wordsOf(failure));
      setBusy(false);
    }
  };
  if (theirs) {
    return (
      <section className="review">
        <div className="review-bar conflict" role="alert">
          <Icon name="warning" />
          <span>
            <strong>Somebody else {theirs.version === null ? "deleted" : "saved"} this file meanwhile.</strong>
          </span>
          <span className="grow" />
          <button onClick={() => onTake(theirs)}>Edit mine on top of theirs</button>
          <button className="danger" disabled={busy} onClick={() => void save(theirs.version)}>
            Replace theirs with mine
          </button>
        </div>
        <Diff before={theirs.content} after={after} name={path} titles={["Theirs, saved now", "Yours"]} />
      </section>
    );
  }
  return (
    <section className="review" aria-label="Review changes">
      <div className="review-bar">
        <button onClick={onBack}>
          <Icon name="left" /> Back to edit mode
        </button>
        {isDag && <Check query={parsed} />}
        <span className="grow" />
        <input
          aria-label="What changed"
          placeholder="What changed (optional)"
          value={message}
          maxLength={500}
          onChange={(event) => setMessage(event.target.value)}
        />
        <button
          className="primary"
          disabled={busy || refused}
          title={refused ? "The server refuses a file that it cannot read" : undefined}
          onClick={() => void save(version)}
        >
          {busy ? "Saving…" : "Save Code"}
        </button>
      </div>
      {error && (
        <pre className="error-text review-error" role="alert">
          {error}
        </pre>
      )}
      {parsed.isError && !error && <pre className="error-text review-error">{wordsOf(parsed.error)}</pre>}
      <Diff before={before} after={after} name={path} titles={["Saved now", "Your changes"]} />
    </section>
  );
}

function Check({ query }: { query: { isPending: boolean; isError: boolean; data?: Saved } }) {
  if (query.isPending) return <span className="soft">Reading it…</span>;
  if (query.isError) return <span className="tag danger">it cannot be read</span>;
  const dags = query.data?.dags ?? [];
  return (
    <span className="tag good">
      {dags.length === 0 ? "it can be read, and has no DAG" : `it can be read: ${dags.join(", ")}`}
    </span>
  );
}

/** What is in the way of a save, if it can be shown: it is no text where it has a version only. */
function currentOf(body: unknown): Theirs | null {
  const { current = null } = (body ?? {}) as Partial<Schema<"FileConflict">>;
  if (!current || (current.content === null && current.version !== null)) return null;
  return { content: current.content ?? "", version: current.version };
}
