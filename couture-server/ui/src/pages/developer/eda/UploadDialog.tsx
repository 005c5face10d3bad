import { useEffect, useRef, useState, type FormEvent } from "react";
import { wordsOf } from "../../../api/client";
import { upload } from "../../../api/upload";
import { Field } from "../../../form/Form";
import { Dialog } from "../../../parts/Dialog";
import { formatSize } from "../files";
import type { Answered } from "./eda";
import { isData, UPLOADED } from "./names";

/** Uploads a file and begins its preliminary analysis. */
export function UploadDialog({
  chosen,
  onClose,
  onStarted,
}: {
  /** A file that was dropped on the page. */
  chosen: File | null;
  onClose: () => void;
  onStarted: (answered: Answered) => void;
}) {
  const [file, setFile] = useState(chosen);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const busy = sent !== null;
  const fault =
    file === null
      ? null
      : !isData(file.name)
        ? `${file.name} does not look like a table: its name ends with none of the kinds above.`
        : file.size === 0
          ? `${file.name} is empty.`
          : null;

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!file) return;
    const own = new AbortController();
    stop.current = own;
    setSent(0);
    setError(null);
    try {
      const query = { filename: file.name };
      onStarted(await upload<Answered>("/eda/uploads", file, { query, signal: own.signal, onProgress: setSent }));
      onClose();
    } catch (failure) {
      if (own.signal.aborted) return;
      setSent(null);
      setError(wordsOf(failure));
    }
  };
  return (
    <Dialog title="Upload file" onClose={onClose}>
      <form onSubmit={(event) => void send(event)}>
        <p>
          Only the <b>preliminary</b> analysis (L0) is run on an uploaded file. It is <b>not added</b> to the sources,
          and is deleted when the analysis has ended; the report stays.
        </p>
        <Field label="File" hint="Excel, CSV, TSV, Parquet, JSON lines or Arrow; text also compressed by gzip or zstd.">
          <input
            type="file"
            accept={UPLOADED}
            disabled={busy}
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              setError(null);
            }}
          />
        </Field>
        {file && (
          <p className="break">
            <b>{file.name}</b> <span className="soft">{formatSize(file.size)}</span>
          </p>
        )}
        {fault && <p className="error-text">{fault}</p>}
        {busy && file && <Sending sent={sent} size={file.size} />}
        {error && (
          <p className="error-text" role="alert">
            Nothing was uploaded: {error}
          </p>
        )}
        <div className="form-foot">
          <span className="grow" />
          <button type="button" onClick={onClose}>
            {busy ? "Stop" : "Cancel"}
          </button>
          <button className="primary" disabled={busy || file === null || fault !== null}>
            {busy ? "Uploading…" : "Upload and analyse"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Sending({ sent, size }: { sent: number; size: number }) {
  // What is counted includes the head of the request.
  const share = Math.min(1, sent / Math.max(1, size));
  const words =
    share < 1
      ? `${formatSize(Math.min(sent, size))} of ${formatSize(size)} (${Math.floor(share * 100)} %)`
      : "It is sent; the server stores it…";
  return (
    <div className="eda-sending">
      <progress aria-label="Upload" max={1} value={share} />
      <span className="soft number">{words}</span>
    </div>
  );
}
