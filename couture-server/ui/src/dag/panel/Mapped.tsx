import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Answer, Empty } from "../../parts/Answer";
import { StateBadge, stateWords, TASK_STATES } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import { Pages } from "../frame/Pages";
import type { InstanceKey } from "../data/paths";
import { mappedQuery } from "../data/queries";
import { useView } from "../data/view";

const PAGE = 50;

/** The instances of a mapped task. */
export function Mapped({ instance }: { instance: InstanceKey }) {
  const [offset, setOffset] = useState(0);
  const [state, setState] = useState("");
  const query = useQuery(mappedQuery(instance, { limit: PAGE, offset, state: state || undefined }));
  const { change } = useView();
  return (
    <>
      <div className="row dag-filters">
        <select
          aria-label="State of the instances"
          value={state}
          onChange={(event) => {
            setState(event.target.value);
            setOffset(0);
          }}
        >
          <option value="">all states</option>
          {TASK_STATES.map((one) => (
            <option key={one} value={one}>
              {stateWords(one)}
            </option>
          ))}
        </select>
      </div>
      <Answer query={query}>
        {({ task_instances, total_entries }) =>
          task_instances.length === 0 ? (
            <Empty title="No instances.">The task is mapped when what it is mapped over is known.</Empty>
          ) : (
            <>
              <table className="dag-table">
                <thead>
                  <tr>
                    <th>Index</th>
                    <th>State</th>
                    <th>Started</th>
                    <th>Duration</th>
                    <th>Try</th>
                  </tr>
                </thead>
                <tbody>
                  {task_instances.map((one) => (
                    <tr key={one.map_index}>
                      <td>
                        <button
                          type="button"
                          className="link"
                          onClick={() => change({ map: one.map_index, tab: null })}
                        >
                          {one.rendered_map_index ?? one.map_index}
                        </button>
                      </td>
                      <td>
                        <StateBadge state={one.state} />
                      </td>
                      <td>
                        <Time value={one.start_date} />
                      </td>
                      <td>
                        <Duration start={one.start_date} end={one.end_date} />
                      </td>
                      <td>{one.try_number}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <Pages total={total_entries} limit={PAGE} offset={offset} onChange={setOffset} />
            </>
          )
        }
      </Answer>
    </>
  );
}
