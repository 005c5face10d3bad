import { useState } from "react";
import type { InstanceKey } from "../data/paths";
import { AffectDialog } from "./AffectDialog";
import { CLEAR_OPTIONS, clearInstances, type ClearOption } from "./clear";
import { Options } from "./Options";
import { useNewestByDefault } from "./useNewestByDefault";

/** Clears an instance, and what the options add to it. */
export function ClearDialog({ instance, onClose }: { instance: InstanceKey; onClose: () => void }) {
  const newestByDefault = useNewestByDefault(instance.dagId);
  const [options, setOptions] = useState<Record<ClearOption, boolean>>({
    downstream: true,
    upstream: false,
    past: false,
    future: false,
    onlyFailed: false,
    newest: newestByDefault,
  });
  const { dagId, runId, taskId, mapIndex } = instance;
  const clearing = {
    dagId,
    runId,
    tasks: [mapIndex >= 0 ? ([taskId, mapIndex] as [string, number]) : taskId],
    options,
    newestByDefault,
  };
  return (
    <AffectDialog
      dagId={dagId}
      title={`Clear ${taskId}`}
      verb="cleared"
      action="Clear"
      done="cleared; it runs again"
      options={<Options options={CLEAR_OPTIONS} chosen={options} onChange={setOptions} />}
      askKey={["clear", runId, taskId, mapIndex, options]}
      ask={(signal) => clearInstances(clearing, true, signal)}
      act={() => clearInstances(clearing, false)}
      onClose={onClose}
    />
  );
}
