import { Link } from "react-router";
import type { May } from "../../api/session";
import type { Dag } from "../../api/types";
import { paths } from "../../app/paths";
import { Icon } from "../../parts/Icon";
import { RUN_STATES, TASK_STATES } from "../../parts/StateBadge";
import { StateCounts } from "../../parts/StateCounts";
import { Switch } from "../../parts/Switch";
import { Time } from "../../parts/Time";
import type { Column } from "../../table/columns";
import { RunBars } from "./RunBars";
import { Shortcuts } from "./Shortcuts";

/** What a cell of the page can set off. */
export interface DagActions {
  pause: (dag: Dag, paused: boolean) => void;
  filter: (values: Record<string, string>) => void;
}

/** The columns of the list of DAGs. */
export function dagColumns(may: May, actions: DagActions): Column<Dag>[] {
  return [
    {
      id: "on",
      title: "On",
      cell: (dag) => (
        <Switch
          on={!dag.is_paused}
          label={dag.is_paused ? `Switch ${dag.dag_id} on` : `Pause ${dag.dag_id}`}
          disabled={!may("edit", "DAGs", dag.dag_id)}
          onChange={(on) => actions.pause(dag, !on)}
        />
      ),
    },
    {
      id: "dag_id",
      title: "DAG",
      sort: "dag_id",
      wide: true,
      cell: (dag) => <Name dag={dag} filter={actions.filter} />,
    },
    {
      id: "owners",
      title: "Owner",
      cell: (dag) =>
        dag.owners.map((owner) => (
          <button key={owner} className="link owner" onClick={() => actions.filter({ owners: owner })}>
            {owner}
          </button>
        )),
    },
    { id: "schedule", title: "Schedule", cell: (dag) => <Schedule dag={dag} />, sort: "next_dagrun" },
    {
      id: "runs",
      title: "Runs",
      cell: (dag) => (
        <StateCounts
          counts={dag.run_states}
          order={RUN_STATES}
          what="runs"
          to={(state) => `/browse/runs?dag_id=${encodeURIComponent(dag.dag_id)}&state=${state}`}
        />
      ),
    },
    { id: "recent", title: "Recent runs", cell: (dag) => <RunBars dagId={dag.dag_id} runs={dag.recent_runs} /> },
    {
      id: "last",
      title: "Last run",
      sort: "last_run_start_date",
      cell: (dag) => {
        const last = dag.recent_runs?.[0];
        return last ? (
          <Link className="quiet" to={paths.run(dag.dag_id, last.run_id)}>
            <Time value={last.start_date ?? last.logical_date} ago />
          </Link>
        ) : (
          <span className="faint">–</span>
        );
      },
    },
    {
      id: "tasks",
      title: "Tasks of the last run",
      cell: (dag) => {
        const last = dag.recent_runs?.[0]?.run_id;
        return (
          <StateCounts
            counts={dag.task_states}
            order={TASK_STATES}
            what="task instances"
            to={(state) =>
              `/browse/task-instances?dag_id=${encodeURIComponent(dag.dag_id)}&state=${state}${last ? `&run_id=${encodeURIComponent(last)}` : ""}`
            }
          />
        );
      },
    },
    {
      id: "links",
      title: "",
      align: "right",
      cell: (dag) => <Shortcuts dag={dag} may={may} />,
    },
  ];
}

function Name({ dag, filter }: { dag: Dag; filter: DagActions["filter"] }) {
  return (
    <div className="dag-name">
      <Link to={paths.dag(dag.dag_id)} className={dag.is_paused ? "dag-link paused" : "dag-link"}>
        {dag.dag_display_name || dag.dag_id}
      </Link>
      {dag.is_master && (
        <span className="master-mark" title="A master DAG: tasks of it run other DAGs">
          <Icon name="layers" size={13} /> runs other DAGs
        </span>
      )}
      {dag.quarantined && (
        <span className="tag danger" title="It cannot be read, and its runs wait">
          quarantined
        </span>
      )}
      {dag.has_import_errors && <span className="tag danger">import error</span>}
      {dag.is_stale && (
        <span className="tag warning" title="Its file is gone">
          stale
        </span>
      )}
      {dag.tags.map(({ name }) => (
        <button
          key={name}
          className="tag tag-button"
          title={`Only DAGs with the tag ${name}`}
          onClick={() => filter({ tags: name })}
        >
          {name}
        </button>
      ))}
      {dag.description && <div className="dag-description">{dag.description}</div>}
    </div>
  );
}

function Schedule({ dag }: { dag: Dag }) {
  const summary = dag.timetable_summary;
  return (
    <div className="schedule">
      {summary ? (
        <code title={dag.timetable_description ?? undefined}>{summary}</code>
      ) : (
        <span className="faint">by hand</span>
      )}
      {dag.next_dagrun_run_after && !dag.is_paused && (
        <div className="faint next-run">
          next <Time value={dag.next_dagrun_run_after} ago />
        </div>
      )}
    </div>
  );
}
