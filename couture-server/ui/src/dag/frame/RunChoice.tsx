import { Icon } from "../../parts/Icon";
import { formatTime } from "../../parts/time";
import { zone } from "../../parts/time";
import { useStored } from "../../parts/stored";
import { stateWords } from "../../parts/StateBadge";
import type { GridRun } from "../data/shapes";

interface Props {
  /** The oldest first. */
  runs: GridRun[];
  runId: string | undefined;
  onChoose: (runId: string) => void;
  onDetails: () => void;
}

/** Chooses the run that a view of one run shows. */
export function RunChoice({ runs, runId, onChoose, onDetails }: Props) {
  const where = useStored(zone);
  const known = runs.some((run) => run.run_id === runId);
  const at = runs.findIndex((run) => run.run_id === runId);
  return (
    <span className="dag-run-choice">
      <button type="button" aria-label="Run before" disabled={at <= 0} onClick={() => onChoose(runs[at - 1]!.run_id)}>
        ‹
      </button>
      <select aria-label="Run" value={runId ?? ""} onChange={(event) => onChoose(event.target.value)}>
        {!known && <option value={runId ?? ""}>{runId ?? "no run"}</option>}
        {[...runs].reverse().map((run) => (
          <option key={run.run_id} value={run.run_id}>
            {formatTime(run.logical_date ?? run.run_after, where)} · {run.run_type.replace("_", " ")} ·{" "}
            {stateWords(run.state)}
          </option>
        ))}
      </select>
      <button
        type="button"
        aria-label="Run after"
        disabled={at < 0 || at >= runs.length - 1}
        onClick={() => onChoose(runs[at + 1]!.run_id)}
      >
        ›
      </button>
      <button
        type="button"
        title="Details of the run"
        aria-label="Details of the run"
        disabled={!runId}
        onClick={onDetails}
      >
        <Icon name="eye" size={14} />
      </button>
    </span>
  );
}
