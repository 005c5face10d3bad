import { Link } from "react-router";
import "./about.css";
import { Book, Sample, type Chapter } from "./Chapter";

const NAMES: [string, string][] = [
  ["Tree view (1.10)", "Grid, and Tree"],
  ["Dataset", "Asset"],
  ["Execution date", "Logical date; execution_date still works in templates and DAG files"],
  ["Zoom into sub DAG", "Zoom into DAG"],
  ["Admin, Users and Roles", "Security"],
  ["Plugins", "plugins/ in the DAGs folder: operators, sensors, hooks and macros; no views, listeners or executors"],
  ["airflow.cfg", "couture.toml in the data folder; COUTURE__SECTION__KEY in the environment"],
  ["airflow db init, scheduler, webserver", "server: one program, which makes its data folder itself"],
  ["Celery workers", "None: the server runs all tasks itself, on its machine; more machines come later"],
];

const chapters: Chapter[] = [
  {
    id: "same",
    title: "What stays as it is",
    body: (
      <ul>
        <li>
          <b>Your DAG files.</b> Those written for Airflow 1.10 and 2.x run unchanged:{" "}
          <code>from airflow import …</code> finds Couture’s own <code>airflow</code> package.
        </li>
        <li>
          <b>The words and rules</b>: trigger rules, pools, priority weights, retries, catchup, depends on past, SLAs,
          XComs, templates and their macros.
        </li>
        <li>
          <b>The REST API</b> has the shapes of Airflow 3’s <code>/api/v2</code>: its Python client works against it.
        </li>
        <li>
          <b>The roles</b> Admin, Op, User, Viewer and Public, and a Developer role as in Couture before.
        </li>
      </ul>
    ),
  },
  {
    id: "different",
    title: "What is different",
    body: (
      <ul>
        <li>
          <b>A run is pinned to its version</b> of the DAG. A change of the file never alters a run that is under way;
          clearing takes the newest version.
        </li>
        <li>
          <b>A file is parsed when it changes</b>, not every few seconds, and in a process of its own: one that hangs or
          crashes is an import error, and nothing else.
        </li>
        <li>
          <b>A task lost with its worker</b> is started again without using up one of its retries.
        </li>
        <li>
          <b>XComs are JSON</b>; nothing is ever unpickled.
        </li>
        <li>
          <b>Nothing is polled</b>: the page shows a change when it happens.
        </li>
        <li>
          <b>Secrets are written, not read</b>: neither page nor API gives a password back.
        </li>
      </ul>
    ),
  },
  {
    id: "names",
    title: "Where things are",
    body: (
      <table className="names">
        <thead>
          <tr>
            <th scope="col">In Airflow</th>
            <th scope="col">Here</th>
          </tr>
        </thead>
        <tbody>
          {NAMES.map(([there, here]) => (
            <tr key={there}>
              <td>{there}</td>
              <td>{here}</td>
            </tr>
          ))}
        </tbody>
      </table>
    ),
  },
  {
    id: "move",
    title: "Moving over",
    body: (
      <>
        <ol>
          <li>
            Export variables, connections and pools from Airflow, and import them here (
            <Link to="/admin/variables">Admin, Variables</Link> and{" "}
            <Link to="/admin/connections">Admin, Connections</Link>, or the command line).
          </li>
          <li>Copy the DAG files into the DAGs folder, or upload them. They come up paused.</li>
          <li>
            Look at the import errors above the <Link to="/dags?paused=show">DAGs</Link>: a missing Python package is
            installed where the server’s Python finds it.
          </li>
          <li>Switch a DAG off there and on here, one at a time.</li>
        </ol>
        <Sample>{`
airflow variables export variables.json      couture variables import variables.json
airflow connections export connections.json  couture connections import connections.json
airflow pools export pools.json              couture pools import pools.json
`}</Sample>
      </>
    ),
  },
];

/** For people who know Airflow. */
export function Component() {
  return (
    <Book
      title="Coming from Airflow"
      intro="What you know still holds; this is what else there is to know."
      chapters={chapters}
    />
  );
}
