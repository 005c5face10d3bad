import type { RunState, State, TaskState } from "../api/types";

/** The words of the states, as people read them. */
const WORDS: Record<string, string> = {
  up_for_retry: "up for retry",
  upstream_failed: "upstream failed",
};

export function stateWords(state: string | null | undefined): string {
  return state ? (WORDS[state] ?? state) : "no status";
}

/** The colour of a state; works wherever CSS takes a colour. */
export function stateColor(state: string | null | undefined): string {
  return `var(--state-${(state ?? "none").replace(/[^a-z_]/g, "").replaceAll("_", "-")}, var(--state-none))`;
}

/** The order in which states are listed and drawn: what needs a person first. */
export const TASK_STATES = [
  "failed",
  "upstream_failed",
  "up_for_retry",
  "running",
  "queued",
  "deferred",
  "success",
  "skipped",
  "removed",
] as const satisfies TaskState[];
export const RUN_STATES = ["failed", "running", "queued", "success"] as const satisfies RunState[];

/** A state in words, with its colour as a mark beside them. */
export function StateBadge({ state }: { state: State | string | null | undefined }) {
  return (
    <span className="state-badge">
      <span className="state-dot" style={{ background: stateColor(state) }} />
      {stateWords(state)}
    </span>
  );
}
