import { Link } from "react-router";
import { paths } from "../../app/paths";
import { Time } from "../../parts/Time";
import { containing, type Column, type Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import { assetKey, type Asset } from "./asset";

const filters: Filter[] = [
  { id: "name", label: "Name", kind: "text", query: (value) => ({ name_pattern: containing(value) }) },
  { id: "uri", label: "URI", kind: "text", query: (value) => ({ uri_pattern: containing(value) }) },
];

const columns: Column<Asset>[] = [
  {
    id: "name",
    title: "Name",
    wide: true,
    cell: (row) => <Link to={paths.asset(assetKey(row))}>{row.name}</Link>,
  },
  { id: "uri", title: "URI", wide: true, cell: (row) => <code>{row.uri}</code> },
  {
    id: "producing",
    title: "Changed by",
    wide: true,
    cell: (row) => <Tasks tasks={row.producing_tasks} />,
  },
  {
    id: "waiting",
    title: "DAGs that wait for it",
    wide: true,
    cell: (row) =>
      row.scheduled_dags.length === 0 ? (
        <span className="faint">–</span>
      ) : (
        row.scheduled_dags.map(({ dag_id }) => (
          <div key={dag_id}>
            <Link to={paths.dag(dag_id)}>{dag_id}</Link>
          </div>
        ))
      ),
  },
  { id: "last", title: "Last change", cell: (row) => <Time value={row.last_asset_event?.timestamp} ago /> },
];

export function Tasks({ tasks }: { tasks: Asset["producing_tasks"] }) {
  if (tasks.length === 0) return <span className="faint">–</span>;
  return tasks.map(({ dag_id, task_id }) => (
    <div key={`${dag_id}/${task_id}`}>
      <Link to={paths.task(dag_id, task_id)}>
        {dag_id} <span className="faint">›</span> {task_id}
      </Link>
    </div>
  ));
}

/** Assets: who changes them, and who waits for them. */
export function Component() {
  return (
    <ListPage
      title="Assets"
      list="assets"
      path="/assets"
      plural="assets"
      empty="What DAGs name as their inlets, outlets and schedules appears here."
      columns={columns}
      rowKey={(row) => row.name}
      filters={filters}
      sort="name"
    />
  );
}
