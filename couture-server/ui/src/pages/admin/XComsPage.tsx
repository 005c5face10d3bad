import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { paths } from "../../app/paths";
import { Answer } from "../../parts/Answer";
import { confirm } from "../../parts/confirm";
import { Dialog } from "../../parts/Dialog";
import { eachOf } from "../../parts/each";
import { Json } from "../../parts/Json";
import { Time } from "../../parts/Time";
import { type BulkAction, type Column, type Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";

type XCom = Schema<"XCom">;

const filters: Filter[] = [
  { id: "xcom_key", label: "Key", kind: "text" },
  { id: "dag_id", label: "DAG", kind: "text", query: () => ({}) },
  { id: "run_id", label: "Run of this DAG", kind: "text", query: () => ({}) },
  { id: "task_id", label: "Task of this run", kind: "text", query: () => ({}) },
];

/** The narrowest list that is named: a run counts with its DAG only, and a task with its run. */
function listPath({ dag_id = "", run_id = "", task_id = "" }: Record<string, string>): string {
  const run = dag_id && run_id;
  return `/dags/${part(dag_id || "~")}/dagRuns/${part(run || "~")}/taskInstances/${part((run && task_id) || "~")}/xcomEntries`;
}

const entryPath = (row: XCom) =>
  `/dags/${part(row.dag_id)}/dagRuns/${part(row.run_id)}/taskInstances/${part(row.task_id)}/xcomEntries/${part(row.key)}`;
const entryQuery = (row: XCom) => (row.map_index >= 0 ? { map_index: row.map_index } : {});

/** What tasks told each other. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [shown, setShown] = useState<XCom | null>(null);
  const bulk: BulkAction<XCom>[] = [
    {
      label: "Delete",
      danger: true,
      shown: may("delete", "XComs"),
      run: (rows, clear) =>
        void confirm({
          title: `Delete ${rows.length} XComs?`,
          body: "Tasks that pull them later get nothing.",
          action: "Delete",
          danger: true,
          run: async () => {
            await eachOf(rows, "XComs", "deleted", (row) => api.del(entryPath(row), { query: entryQuery(row) }));
            clear();
            await client.invalidateQueries({ queryKey: ["xcoms"] });
          },
        }),
    },
  ];
  const columns: Column<XCom>[] = [
    {
      id: "key",
      title: "Key",
      sort: true,
      wide: true,
      cell: (row) => (
        <button className="link" onClick={() => setShown(row)}>
          {row.key}
        </button>
      ),
    },
    {
      id: "dag_id",
      title: "DAG",
      sort: true,
      wide: true,
      cell: (row) => <Link to={paths.dag(row.dag_id)}>{row.dag_id}</Link>,
    },
    {
      id: "run_id",
      title: "Run",
      sort: true,
      wide: true,
      cell: (row) => <Link to={paths.run(row.dag_id, row.run_id)}>{row.run_id}</Link>,
    },
    {
      id: "task_id",
      title: "Task",
      sort: true,
      wide: true,
      cell: (row) => (
        <Link to={paths.taskInstance(row.dag_id, row.run_id, row.task_id, row.map_index, "xcom")}>
          {row.task_id}
          {row.map_index >= 0 && ` [${row.map_index}]`}
        </Link>
      ),
    },
    { id: "timestamp", title: "When", sort: true, cell: (row) => <Time value={row.timestamp} /> },
  ];
  return (
    <>
      <ListPage
        title="XComs"
        list="xcoms"
        path={listPath}
        plural="xcom_entries"
        empty="What tasks return or push for other tasks appears here."
        columns={columns}
        rowKey={(row) => `${row.dag_id}/${row.run_id}/${row.task_id}/${row.map_index}/${row.key}`}
        filters={filters}
        sort="-timestamp"
        bulk={bulk}
      />
      {shown && <XComValue row={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function XComValue({ row, onClose }: { row: XCom; onClose: () => void }) {
  const answer = useQuery({
    queryKey: ["xcoms", entryPath(row), row.map_index],
    queryFn: () => api.get<Schema<"XComWithValue">>(entryPath(row), { ...entryQuery(row), deserialize: true }),
  });
  return (
    <Dialog title={`${row.key} of ${row.task_id}`} onClose={onClose} wide>
      <Answer query={answer}>{({ value }) => <Json value={value} open={3} />}</Answer>
    </Dialog>
  );
}
