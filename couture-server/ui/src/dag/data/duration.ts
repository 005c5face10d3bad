/** Seconds between two times in ms, up to now where it has not ended; null where it has not begun. */
export function secondsBetween(startMs: number | null, endMs: number | null, nowMs: number): number | null {
  if (startMs === null) return null;
  return Math.max(0, ((endMs ?? nowMs) - startMs) / 1000);
}

/** How long a run took, or has taken so far, in seconds. */
export function runSeconds(
  run: { start_date: string | null; end_date: string | null; duration: number | null },
  nowMs: number,
): number | null {
  if (run.end_date && run.duration !== null) return run.duration;
  return secondsBetween(
    run.start_date ? Date.parse(run.start_date) : null,
    run.end_date ? Date.parse(run.end_date) : null,
    nowMs,
  );
}
