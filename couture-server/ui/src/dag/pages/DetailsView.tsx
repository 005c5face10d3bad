import { useQuery } from "@tanstack/react-query";
import { Markdown } from "../../markdown/Markdown";
import { Answer } from "../../parts/Answer";
import { Json } from "../../parts/Json";
import { Time } from "../../parts/Time";
import { detailsQuery } from "../data/queries";
import type { DagDetails } from "../data/shapes";
import { scheduleWords } from "../frame/DagHeader";
import { useDagId } from "../frame/dagId";
import { Facts, yesNo } from "../panel/Facts";
import { fieldsOf } from "../trigger/params";

/** All that is known of the DAG. */
export default function DetailsView() {
  const query = useQuery(detailsQuery(useDagId()));
  return (
    <div className="dag-scroll" tabIndex={0}>
      {<Answer query={query}>{(dag) => <Details dag={dag} />}</Answer>}
    </div>
  );
}

function Details({ dag }: { dag: DagDetails }) {
  const params = fieldsOf(dag.params, dag.param_order);
  return (
    <div className="dag-columns">
      {dag.doc_md && (
        <section className="card dag-wide">
          <h2>Documentation</h2>
          <Markdown text={dag.doc_md} />
        </section>
      )}
      <section className="card">
        <h2>About</h2>
        <Facts
          facts={[
            ["DAG", dag.dag_id],
            ["Description", dag.description],
            ["Owners", dag.owners.join(", ")],
            [
              "Tags",
              dag.tags.length > 0 && (
                <span key="tags" className="tags">
                  {dag.tags.map(({ name }) => (
                    <span key={name} className="tag">
                      {name}
                    </span>
                  ))}
                </span>
              ),
            ],
            ["File", dag.fileloc],
            ["Last read", dag.last_parsed_time && <Time value={dag.last_parsed_time} />],
            ["Version", dag.latest_dag_version?.version_number],
            ["Runs other DAGs", yesNo(dag.is_master)],
            ["Quarantined", typeof dag.quarantined === "string" ? dag.quarantined : dag.quarantined ? "yes" : null],
          ]}
        />
      </section>
      <section className="card">
        <h2>Schedule</h2>
        <Facts
          facts={[
            ["Schedule", scheduleWords(dag)],
            ["In words", dag.timetable_description],
            ["Time zone", dag.timezone],
            ["Paused", yesNo(dag.is_paused)],
            ["Next run", dag.next_dagrun_run_after && <Time value={dag.next_dagrun_run_after} />],
            ["Start date", dag.start_date && <Time value={dag.start_date} />],
            ["End date", dag.end_date && <Time value={dag.end_date} />],
            ["Catch up", yesNo(dag.catchup)],
            ["Rules", `of Airflow ${dag.dialect}`],
            ["Runs at once", dag.max_active_runs || "no limit"],
            ["Tasks at once", dag.max_active_tasks || "no limit"],
            ["Time limit of a run", dag.dag_run_timeout ? JSON.stringify(dag.dag_run_timeout) : null],
          ]}
        />
      </section>
      {params.length > 0 && (
        <section className="card">
          <h2>Parameters</h2>
          <table className="dag-table">
            <thead>
              <tr>
                <th>Name</th>
                <th>Default</th>
                <th>Description</th>
              </tr>
            </thead>
            <tbody>
              {params.map((field) => (
                <tr key={field.name}>
                  <td>{field.name}</td>
                  <td>
                    <Json value={field.start} open={0} />
                  </td>
                  <td className="break">{field.description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
