import type { ReactNode } from "react";
import { Icon } from "../../parts/Icon";
import { RUN_STATES, stateWords } from "../../parts/StateBadge";
import { RUN_COUNTS, useView } from "../data/view";
import type { GridRun } from "../data/shapes";

const RUN_TYPES = ["scheduled", "manual", "backfill", "asset_triggered"];

interface Props {
  /** The oldest first; for the way to older ones. */
  runs?: GridRun[];
  /** Whether the view shows so many runs, and not those of a time. */
  counts?: boolean;
  /** Whether runs can be filtered here. */
  filters?: boolean;
  children?: ReactNode;
}

/** Which runs a view shows, and what else the view lets one choose. */
export function Toolbar({ runs = [], counts = true, filters = true, children }: Props) {
  const { view, change } = useView();
  const oldest = runs[0];
  return (
    <div className="dag-toolbar">
      {counts && <HowMany />}
      {filters && (
        <>
          <select
            aria-label="Type of the runs"
            value={view.runType ?? ""}
            onChange={(event) => change({ type: event.target.value })}
          >
            <option value="">all types</option>
            {RUN_TYPES.map((type) => (
              <option key={type} value={type}>
                {type.replace("_", " ")}
              </option>
            ))}
          </select>
          <select
            aria-label="State of the runs"
            value={view.runState ?? ""}
            onChange={(event) => change({ state: event.target.value })}
          >
            <option value="">all states</option>
            {RUN_STATES.map((state) => (
              <option key={state} value={state}>
                {stateWords(state)}
              </option>
            ))}
          </select>
          <button
            type="button"
            title="Older runs"
            aria-label="Older runs"
            disabled={!oldest || runs.length < view.limit}
            onClick={() => change({ before: oldest?.run_after ?? null, run: null })}
          >
            <Icon name="left" size={14} /> Older
          </button>
          {view.before && (
            <button type="button" onClick={() => change({ before: null })}>
              Newest <Icon name="right" size={14} />
            </button>
          )}
        </>
      )}
      <FocusNote />
      <span className="grow" />
      {children}
    </div>
  );
}

function HowMany() {
  const { view, change } = useView();
  const counts = [...new Set([...RUN_COUNTS, view.limit])].sort((a, b) => a - b);
  return (
    <label>
      <span className="visually-hidden">How many runs</span>
      <select value={view.limit} onChange={(event) => change({ runs: Number(event.target.value) })}>
        {counts.map((count) => (
          <option key={count} value={count}>
            {count} runs
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says that only a part of the DAG is shown, and shows all of it again. */
function FocusNote() {
  const { view, change } = useView();
  const { root, upstream, downstream } = view.focus;
  if (!root) return null;
  return (
    <span className="tag dag-focus">
      <span>
        only <b>{root}</b> and its
      </span>
      <select
        aria-label="Direction of the filter"
        value={upstream && downstream ? "both" : upstream ? "up" : "down"}
        onChange={(event) => change({ dir: event.target.value })}
      >
        <option value="up">upstream tasks</option>
        <option value="down">downstream tasks</option>
        <option value="both">upstream and downstream tasks</option>
      </select>
      <button
        type="button"
        className="ghost"
        aria-label="Show all tasks"
        onClick={() => change({ root: null, dir: null })}
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}
