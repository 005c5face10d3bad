import { useState } from "react";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { stateWords } from "../../parts/StateBadge";
import { instancePath, type InstanceKey } from "../data/paths";
import { AffectDialog } from "./AffectDialog";
import { Options } from "./Options";

type MarkOption = "upstream" | "downstream" | "past" | "future";

const OPTIONS: readonly (readonly [MarkOption, string, string])[] = [
  ["downstream", "Downstream", "also the tasks that come after it"],
  ["upstream", "Upstream", "also the tasks that come before it"],
  ["past", "Past", "also in the runs before this one"],
  ["future", "Future", "also in the runs after this one"],
];

interface Props {
  instance: InstanceKey;
  state: "success" | "failed" | "skipped";
  onClose: () => void;
}

/** Gives instances a state without running them. */
export function MarkDialog({ instance, state, onClose }: Props) {
  const [options, setOptions] = useState<Record<MarkOption, boolean>>({
    downstream: false,
    upstream: false,
    past: false,
    future: false,
  });
  const body = {
    new_state: state,
    include_upstream: options.upstream,
    include_downstream: options.downstream,
    include_past: options.past,
    include_future: options.future,
  };
  const path = instancePath(instance);
  return (
    <AffectDialog
      dagId={instance.dagId}
      title={`Mark ${instance.taskId} as ${stateWords(state)}`}
      verb={`marked as ${stateWords(state)}`}
      action={`Mark as ${stateWords(state)}`}
      done={`${instance.taskId} is marked as ${stateWords(state)}`}
      options={<Options options={OPTIONS} chosen={options} onChange={setOptions} />}
      askKey={["mark", path, body]}
      ask={(signal) => api.patch<Schema<"AffectedList">>(`${path}/dry_run`, body, { signal })}
      act={() => api.patch(path, body)}
      onClose={onClose}
    />
  );
}
