import { useQuery } from "@tanstack/react-query";
import { Answer, Empty } from "../../parts/Answer";
import { StateBadge } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import type { InstanceKey } from "../data/paths";
import { triesQuery } from "../data/queries";
import { useView } from "../data/view";

/** All tries of an instance, each with its own log. */
export function Tries({ instance }: { instance: InstanceKey }) {
  const query = useQuery(triesQuery(instance));
  const { change } = useView();
  return (
    <Answer query={query}>
      {({ task_instances }) =>
        task_instances.length === 0 ? (
          <Empty title="It has not been tried yet." />
        ) : (
          <table className="dag-table">
            <thead>
              <tr>
                <th>Try</th>
                <th>State</th>
                <th>Started</th>
                <th>Duration</th>
                <th>Worker</th>
                <th>
                  <span className="visually-hidden">Log</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {task_instances.map((one) => (
                <tr key={one.try_number}>
                  <td>{one.try_number}</td>
                  <td>
                    <StateBadge state={one.state} />
                  </td>
                  <td>
                    <Time value={one.start_date} />
                  </td>
                  <td>
                    <Duration start={one.start_date} end={one.end_date} />
                  </td>
                  <td className="break">{one.hostname}</td>
                  <td>
                    <button
                      type="button"
                      className="link number"
                      onClick={() => change({ tab: "log", try: one.try_number })}
                    >
                      log
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )
      }
    </Answer>
  );
}
