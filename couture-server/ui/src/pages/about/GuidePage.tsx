import { Link } from "react-router";
import "./about.css";
import { Book, Sample, type Chapter } from "./Chapter";

const chapters: Chapter[] = [
  {
    id: "words",
    title: "The words",
    body: (
      <ul>
        <li>
          A <b>DAG</b> is a workflow: tasks, and which comes after which. It is written in a file: Python, YAML or JSON,
          or in Rust.
        </li>
        <li>
          A <b>task</b> is one step; its <b>operator</b> says what it does. A <b>sensor</b> waits for something.
        </li>
        <li>
          A <b>DAG run</b> is one run of a DAG, for a <b>logical date</b>. A <b>task instance</b> is one task in one
          run; each try has its own log.
        </li>
        <li>
          Tasks hand small values to each other as <b>XComs</b>, read settings from <b>variables</b>, and reach other
          systems by <b>connections</b>. A <b>pool</b> bounds how many run at once.
        </li>
      </ul>
    ),
  },
  {
    id: "first",
    title: "Your first DAG",
    body: (
      <>
        <ol>
          <li>
            Open <Link to="/developer/dags">Developer, Manage DAGs</Link>, choose <b>Create new DAG</b> and give it a
            name; or upload files, also by dropping them there.
          </li>
          <li>
            Write. <b>Code bricks</b> beside the editor are put in where the cursor is. <b>Review &amp; Save</b> shows
            what changed, and whether the file can be read, before it is saved.
          </li>
          <li>
            Find it under <Link to="/dags?paused=show">DAGs</Link>, and switch it on: a new DAG is paused.
          </li>
          <li>
            <b>Trigger</b> it. The form comes from the DAG’s <code>params</code>; everything else goes into the JSON
            configuration.
          </li>
        </ol>
        <Sample>{`
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("hello", start_date=datetime(2024, 1, 1), schedule="@daily", catchup=False) as dag:
    extract = BashOperator(task_id="extract", bash_command="echo extract")
    load = BashOperator(task_id="load", bash_command="echo load")
    extract >> load
`}</Sample>
      </>
    ),
  },
  {
    id: "watch",
    title: "Watching runs",
    body: (
      <>
        <p>Everything on the page is live: it changes as the runs do, and needs no reload.</p>
        <ul>
          <li>
            <b>Grid</b> shows runs and tasks at once; a click on a square opens the task instance. <b>Graph</b> shows
            what comes after what, <b>Gantt</b> what took how long, <b>Task Duration</b>, <b>Task Tries</b> and{" "}
            <b>Landing Times</b> how that changes from run to run, <b>Calendar</b> the days.
          </li>
          <li>
            A DAG whose tasks run other DAGs is a <b>master DAG</b>: <b>Zoom into DAG</b> opens the other one, with a
            way back.
          </li>
          <li>
            A task that does not run says why under <b>Details</b>: a full pool, a paused DAG, an upstream task that is
            not done.
          </li>
        </ul>
      </>
    ),
  },
  {
    id: "mend",
    title: "When something fails",
    body: (
      <ol>
        <li>Open the task instance and read its log; each try has its own.</li>
        <li>
          Mend the cause, and <b>clear</b> the task: it runs again. The list shows first what else will run, upstream or
          downstream, in earlier or later runs.
        </li>
        <li>
          <b>Mark success</b> goes on without it; <b>mark failed</b> stops it; after <b>mark skipped</b>, what comes
          next goes by its trigger rule.
        </li>
        <li>
          Many at once: <Link to="/browse/task-instances?state=failed">Browse, Task Instances</Link>, filter, select,
          clear.
        </li>
        <li>
          A range of past dates runs by a <Link to="/browse/backfills">backfill</Link>.
        </li>
      </ol>
    ),
  },
  {
    id: "data",
    title: "Looking at data",
    body: (
      <ol>
        <li>
          Open <Link to="/developer/eda">Developer, Exploratory Data Analysis</Link> and choose <b>Add source</b>: a
          file or folder that the server sees, an address of S3, Google Cloud Storage, Azure or HDFS, or a table or
          query of a connection’s database.
        </li>
        <li>
          <b>Preliminary</b> (L0) tells what is in each column, what is missing, and what is odd. <b>Data importance</b>{" "}
          (L1) tells how well each column explains another one, the target.
        </li>
        <li>
          An <b>uploaded</b> file (Excel, CSV, TSV, Parquet, JSON lines) gets the preliminary analysis at once, and is
          not added to the sources.
        </li>
        <li>
          Each analysis is a run with a log. Its report appears under <b>Processed outputs</b>, at the path that is
          shown when it begins.
        </li>
      </ol>
    ),
  },
  {
    id: "secrets",
    title: "Settings and secrets",
    body: (
      <p>
        <Link to="/admin/variables">Variables</Link> are for settings, <Link to="/admin/connections">connections</Link>{" "}
        for addresses and credentials. Both are encrypted in the database. Passwords are never shown again, nor are
        values of variables whose key sounds like a secret; in logs and rendered templates they are masked. Many
        connections may share an id: a task gets one of them at random.
      </p>
    ),
  },
  {
    id: "roles",
    title: "Who may do what",
    body: (
      <p>
        Users have <Link to="/security/roles">roles</Link>: Admin, Developer, Op, User, Viewer and Public are there from
        the start. A role of your own may be bound to single DAGs: choose these under <b>DAGs</b> in its editor. The
        page shows to each only what is permitted. Everything that is done is in the{" "}
        <Link to="/browse/audit-logs">audit log</Link>, with the address from which it was done.
      </p>
    ),
  },
  {
    id: "programs",
    title: "From programs",
    body: (
      <>
        <p>
          What the page can do, the API can: it has Airflow’s shapes, and is described at{" "}
          <a href="/openapi.json">/openapi.json</a>. Make a token under <Link to="/profile/tokens">your account</Link>.
        </p>
        <Sample>{`
curl -H "Authorization: Bearer $TOKEN" -H "content-type: application/json" \\
     -d '{"conf": {}}' $COUTURE/api/v2/dags/hello/dagRuns

couture dags trigger hello --wait
`}</Sample>
      </>
    ),
  },
];

/** How to use it. */
export function Component() {
  return (
    <Book
      title="User Guide"
      intro="What there is, and how things are done, in the order in which you will need it."
      chapters={chapters}
    />
  );
}
