import { useState } from "react";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { runPath, type RunKey } from "../data/paths";
import { AffectDialog } from "./AffectDialog";
import { versionWish } from "./clear";
import { Options } from "./Options";
import { useNewestByDefault } from "./useNewestByDefault";

const OPTIONS = [
  ["onlyFailed", "Only failed", "only instances that failed, and what they kept from running"],
  ["newest", "Newest version of the DAG", "run again as the DAG is written now, not as it was when the run began"],
] as const;

/** Clears the tasks of a run. */
export function ClearRunDialog({ run, onClose }: { run: RunKey; onClose: () => void }) {
  const newestByDefault = useNewestByDefault(run.dagId);
  const [options, setOptions] = useState({ onlyFailed: false, newest: newestByDefault });
  const ask = (dryRun: boolean, signal?: AbortSignal) =>
    api.post<Schema<"AffectedList">>(
      `${runPath(run)}/clear`,
      { dry_run: dryRun, only_failed: options.onlyFailed, ...versionWish(options.newest, newestByDefault) },
      { signal },
    );
  return (
    <AffectDialog
      dagId={run.dagId}
      title={`Clear the run ${run.runId}`}
      verb="cleared"
      action="Clear"
      done={`${run.runId} is cleared; it runs again`}
      options={<Options options={OPTIONS} chosen={options} onChange={setOptions} />}
      askKey={["clear run", run.runId, options]}
      ask={(signal) => ask(true, signal)}
      act={() => ask(false)}
      onClose={onClose}
    />
  );
}
