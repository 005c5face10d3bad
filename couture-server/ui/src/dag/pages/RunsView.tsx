import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Answer } from "../../parts/Answer";
import { RUN_STATES, StateBadge, stateWords } from "../../parts/StateBadge";
import { Duration, Time } from "../../parts/Time";
import { runsQuery } from "../data/queries";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { Pages } from "../frame/Pages";
import { NoRuns } from "../grid/GridView";

const PAGE = 50;
const ORDERS = [
  ["-run_after", "newest first"],
  ["run_after", "oldest first"],
  ["-start_date", "started last first"],
  ["-end_date", "ended last first"],
] as const;

/** All runs of the DAG. */
export default function RunsView() {
  const dagId = useDagId();
  const { view, change } = useView();
  const [offset, setOffset] = useState(0);
  const [orderBy, setOrderBy] = useState<string>(ORDERS[0][0]);
  const query = useQuery(
    runsQuery(dagId, { limit: PAGE, offset, state: view.runState, runType: view.runType, orderBy }),
  );
  return (
    <div className="dag-scroll" tabIndex={0}>
      <div className="dag-toolbar">
        <select
          aria-label="State of the runs"
          value={view.runState ?? ""}
          onChange={(event) => {
            setOffset(0);
            change({ state: event.target.value }, true);
          }}
        >
          <option value="">all states</option>
          {RUN_STATES.map((state) => (
            <option key={state} value={state}>
              {stateWords(state)}
            </option>
          ))}
        </select>
        <select
          aria-label="Order"
          value={orderBy}
          onChange={(event) => {
            setOffset(0);
            setOrderBy(event.target.value);
          }}
        >
          {ORDERS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <Answer query={query} lines={8}>
        {({ dag_runs, total_entries }) =>
          dag_runs.length === 0 ? (
            <NoRuns filtered={Boolean(view.runState)} />
          ) : (
            <>
              <table className="dag-table">
                <thead>
                  <tr>
                    <th>Run</th>
                    <th>State</th>
                    <th>Type</th>
                    <th>Logical date</th>
                    <th>Started</th>
                    <th>Duration</th>
                    <th>Note</th>
                  </tr>
                </thead>
                <tbody>
                  {dag_runs.map((run) => (
                    <tr key={run.dag_run_id} className={run.dag_run_id === view.runId ? "chosen" : undefined}>
                      <td>
                        <button
                          type="button"
                          className="link break"
                          onClick={() => change({ run: run.dag_run_id, task: null })}
                        >
                          {run.dag_run_id}
                        </button>
                      </td>
                      <td>
                        <StateBadge state={run.state} />
                      </td>
                      <td>{run.run_type.replace("_", " ")}</td>
                      <td>
                        <Time value={run.logical_date} />
                      </td>
                      <td>
                        <Time value={run.start_date} />
                      </td>
                      <td>
                        <Duration start={run.start_date} end={run.end_date} />
                      </td>
                      <td className="break">{run.note}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <Pages total={total_entries} limit={PAGE} offset={offset} onChange={setOffset} />
            </>
          )
        }
      </Answer>
    </div>
  );
}
