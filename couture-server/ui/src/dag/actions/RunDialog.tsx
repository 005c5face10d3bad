import { useState } from "react";
import { api } from "../../api/client";
import { taskPath, type InstanceKey } from "../data/paths";
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

/** Runs one instance, and nothing else: at once, or as soon as what it waits for is done. */
export function RunDialog({ instance, onClose }: { instance: InstanceKey; onClose: () => void }) {
  const { dagId, runId, taskId, mapIndex } = instance;
  const [atOnce, setAtOnce] = useState(true);
  const tasks = [mapIndex >= 0 ? ([taskId, mapIndex] as [string, number]) : taskId];
  const clearing = { dagId, runId, tasks, options: ALONE, newestByDefault: ALONE.newest };
  const query = mapIndex >= 0 ? { map_index: mapIndex } : undefined;
  return (
    <AffectDialog
      dagId={dagId}
      title={`Run ${taskId}`}
      verb="run"
      action="Run"
      done={atOnce ? `${taskId} runs` : `${taskId} runs as soon as what it waits for is done`}
      options={
        <fieldset className="dag-options">
          <legend className="visually-hidden">When</legend>
          <label className="check">
            <input type="radio" name="when" checked={atOnce} onChange={() => setAtOnce(true)} /> at once, whatever its
            upstream tasks came to
          </label>
          <label className="check">
            <input type="radio" name="when" checked={!atOnce} onChange={() => setAtOnce(false)} /> as soon as what it
            waits for is done
          </label>
        </fieldset>
      }
      askKey={["run", runId, taskId, mapIndex]}
      ask={(signal) => clearInstances(clearing, true, signal)}
      act={() =>
        atOnce ? api.post(`${taskPath(instance)}/run`, undefined, { query }) : clearInstances(clearing, false)
      }
      onClose={onClose}
    />
  );
}
