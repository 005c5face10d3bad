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
import { containing, type BulkAction, type Column, type Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";

type XCom = Schema<"XCom">;

const filters: Filter[] = [
  { id: "key", label: "Key", kind: "text", query: (value) => ({ xcom_key_pattern: containing(value) }) },
  { id: "dag", label: "DAG", kind: "text", query: (value) => ({ dag_display_name_pattern: containing(value) }) },
  { id: "run", label: "Run", kind: "text", query: (value) => ({ run_id_pattern: containing(value) }) },
  { id: "task", label: "Task", kind: "text", query: (value) => ({ task_id_pattern: containing(value) }) },
];

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
        path="/dags/~/dagRuns/~/taskInstances/~/xcomEntries"
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
