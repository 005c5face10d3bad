import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type DragEvent } from "react";
import { ApiError } from "../../../api/client";
import { useMay } from "../../../api/session";
import { useChanges } from "../../../live/Live";
import { Failure } from "../../../parts/Answer";
import { Icon } from "../../../parts/Icon";
import { toast } from "../../../parts/toast";
import { AddSource } from "./AddSource";
import { Analyses } from "./Analyses";
import { EDA_DAG, OUTPUTS, outputsQuery, recentQuery, RESOURCE, SOURCES, type Answered, type Started } from "./eda";
import { Outputs } from "./Outputs";
import { Sources } from "./Sources";
import { StartedNotice } from "./StartedNotice";
import { UploadDialog } from "./UploadDialog";
import "./eda.css";

type Shown = { dialog: "add" } | { dialog: "upload"; file: File | null };

/** Looks at data: sources, the analyses of them, and what these left. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [shown, setShown] = useState<Shown | null>(null);
  const [over, setOver] = useState(false);
  /** What this tab began, by its run. */
  const [begun, setBegun] = useState<ReadonlyMap<string, Started>>(new Map());
  const [told, setTold] = useState<Started | null>(null);
  const outputs = useQuery(outputsQuery);
  // Switched off, or not built in: then nothing of the page works.
  const closed = outputs.error instanceof ApiError && [404, 501].includes(outputs.error.status);
  const mayCreate = may("create", RESOURCE);

  useChanges(EDA_DAG, (changes) => {
    const ended = changes.filter(({ kind, state }) => kind === "run" && (state === "success" || state === "failed"));
    if (ended.length > 0) void client.invalidateQueries({ queryKey: [OUTPUTS] });
    for (const { run_id, state } of ended) {
      const own = run_id ? begun.get(run_id) : undefined;
      // The message on the page says it of the newest.
      if (!own || run_id === told?.dag_run_id) continue;
      if (state === "success") toast.done(`the report is there: ${own.output_path}`);
      else toast.error("the analysis failed: its log says why");
    }
  });

  const onStarted = (answered: Answered) => {
    if (isStarted(answered)) {
      setBegun((old) => new Map(old).set(answered.dag_run_id, answered));
      setTold(answered);
    } else toast.info(answered.detail ?? "the analysis begins");
    void client.invalidateQueries({ queryKey: recentQuery.queryKey });
  };
  const drag = (event: DragEvent) => {
    if (!mayCreate || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    if (!mayCreate || shown) return;
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (file) setShown({ dialog: "upload", file });
  };
  if (closed) {
    return (
      <main className="page">
        <div className="page-head">
          <h1>{RESOURCE}</h1>
        </div>
        <Failure error={outputs.error} />
      </main>
    );
  }
  return (
    <main
      className={over ? "page eda over" : "page eda"}
      onDragOver={drag}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="page-head">
        <h1>{RESOURCE}</h1>
        <span className="grow" />
        {mayCreate && (
          <>
            <button onClick={() => setShown({ dialog: "upload", file: null })}>
              <Icon name="upload" /> Upload file
            </button>
            <button className="primary" onClick={() => setShown({ dialog: "add" })}>
              <Icon name="plus" /> Add source
            </button>
          </>
        )}
      </div>
      <Sources onStarted={onStarted} onAdd={() => setShown({ dialog: "add" })} />
      {/* Below the sources: above them it would move another row under the pointer. */}
      {told && <StartedNotice started={told} onClose={() => setTold(null)} />}
      {may("read", "DAG Runs", EDA_DAG) && <Analyses />}
      <Outputs />
      {shown?.dialog === "add" && (
        <AddSource
          onClose={() => setShown(null)}
          onDone={() => void client.invalidateQueries({ queryKey: [SOURCES] })}
        />
      )}
      {shown?.dialog === "upload" && (
        <UploadDialog chosen={shown.file} onClose={() => setShown(null)} onStarted={onStarted} />
      )}
    </main>
  );
}

const isStarted = (answered: Answered): answered is Started => answered.dag_run_id !== undefined;
