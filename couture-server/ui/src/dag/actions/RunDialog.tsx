import type { InstanceKey } from "../data/paths";
import { AffectDialog } from "./AffectDialog";
import { clearInstances, type ClearOption } from "./clear";

const ALONE: Record<ClearOption, boolean> = {
  downstream: false,
  upstream: false,
  past: false,
  future: false,
  onlyFailed: false,
  newest: false,
};

/** Runs one instance again, and nothing else. */
export function RunDialog({ instance, onClose }: { instance: InstanceKey; onClose: () => void }) {
  const { dagId, runId, taskId, mapIndex } = instance;
  const clearing = {
    dagId,
    runId,
    tasks: [mapIndex >= 0 ? ([taskId, mapIndex] as [string, number]) : taskId],
    options: ALONE,
  };
  return (
    <AffectDialog
      dagId={dagId}
      title={`Run ${taskId}`}
      verb="run"
      action="Run"
      done={`${taskId} runs as soon as what it waits for is done`}
      options={
        <p className="soft">
          Only this instance runs, as soon as what it waits for is done. What comes after it keeps its state; use Clear
          to run that again too.
        </p>
      }
      askKey={["run", runId, taskId, mapIndex]}
      ask={(signal) => clearInstances(clearing, true, signal)}
      act={() => clearInstances(clearing, false)}
      onClose={onClose}
    />
  );
}
