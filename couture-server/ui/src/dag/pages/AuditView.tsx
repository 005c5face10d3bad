import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Answer, Empty } from "../../parts/Answer";
import { useStored } from "../../parts/stored";
import { Switch } from "../../parts/Switch";
import { Time } from "../../parts/Time";
import { shownReads } from "../../pages/browse/reads";
import { auditQuery } from "../data/queries";
import { useView } from "../data/view";
import { useDagId } from "../frame/dagId";
import { Pages } from "../frame/Pages";

const PAGE = 50;

/** What people and programs did to this DAG. */
export default function AuditView() {
  const dagId = useDagId();
  const { view } = useView();
  const [offset, setOffset] = useState(0);
  const [narrow, setNarrow] = useState(true);
  const reads = useStored(shownReads) === "show";
  const [event, setEvent] = useState("");
  const query = useQuery(
    auditQuery(dagId, {
      limit: PAGE,
      offset,
      runId: narrow ? view.runId : undefined,
      taskId: narrow ? view.taskId : undefined,
      text: event || undefined,
      changesOnly: !reads,
    }),
  );
  return (
    <div className="dag-scroll" tabIndex={0}>
      <div className="dag-toolbar">
        <input
          type="search"
          placeholder="Search"
          aria-label="Search the events"
          value={event}
          onChange={(change) => {
            setEvent(change.target.value);
            setOffset(0);
          }}
        />
        <label className="check">
          <Switch on={reads} label="Show reads" onChange={(on) => shownReads.set(on ? "show" : "hide")} />
          <span aria-hidden="true">Show reads</span>
        </label>
        {(view.runId || view.taskId) && (
          <label className="check">
            <input type="checkbox" checked={narrow} onChange={(change) => setNarrow(change.target.checked)} /> only what
            is chosen
          </label>
        )}
      </div>
      <Answer query={query} lines={8}>
        {({ event_logs, total_entries }) =>
          event_logs.length === 0 ? (
            <Empty title="Nothing is recorded.">
              Triggers, clears and pauses of this DAG appear here; with “Show reads”, who looked at it, too.
            </Empty>
          ) : (
            <>
              <table className="dag-table">
                <thead>
                  <tr>
                    <th>When</th>
                    <th>Event</th>
                    <th>User</th>
                    <th>Task</th>
                    <th>Run</th>
                    <th>More</th>
                  </tr>
                </thead>
                <tbody>
                  {event_logs.map((one) => (
                    <tr key={one.event_log_id}>
                      <td>
                        <Time value={one.when} />
                      </td>
                      <td>{one.event}</td>
                      <td>{one.user ?? one.owner}</td>
                      <td className="break">{one.task_id}</td>
                      <td className="break">{one.run_id}</td>
                      <td className="break dag-extra">{one.extra}</td>
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
