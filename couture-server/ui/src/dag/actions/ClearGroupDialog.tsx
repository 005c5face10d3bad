import { useState } from "react";
import { AffectDialog } from "./AffectDialog";
import { CLEAR_OPTIONS, clearInstances, type ClearOption } from "./clear";
import { Options } from "./Options";
import { useNewestByDefault } from "./useNewestByDefault";

interface Props {
  dagId: string;
  runId: string;
  name: string;
  taskIds: string[];
  onClose: () => void;
}

/** Clears all tasks of a group in a run. */
export function ClearGroupDialog({ dagId, runId, name, taskIds, onClose }: Props) {
  const newestByDefault = useNewestByDefault(dagId);
  const [options, setOptions] = useState<Record<ClearOption, boolean>>({
    downstream: true,
    upstream: false,
    past: false,
    future: false,
    onlyFailed: false,
    newest: newestByDefault,
  });
  const clearing = { dagId, runId, tasks: taskIds, options, newestByDefault };
  return (
    <AffectDialog
      dagId={dagId}
      title={`Clear the group ${name}`}
      verb="cleared"
      action="Clear"
      done={`the group ${name} is cleared; it runs again`}
      options={<Options options={CLEAR_OPTIONS} chosen={options} onChange={setOptions} />}
      askKey={["clear group", runId, name, options]}
      ask={(signal) => clearInstances(clearing, true, signal)}
      act={() => clearInstances(clearing, false)}
      onClose={onClose}
    />
  );
}
