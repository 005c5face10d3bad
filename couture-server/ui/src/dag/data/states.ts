/** Whether nothing more happens to it by itself. */
export function isFinished(state: string | null | undefined): boolean {
  return (
    state === "success" ||
    state === "failed" ||
    state === "skipped" ||
    state === "upstream_failed" ||
    state === "removed"
  );
}
