import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { paths } from "../../app/paths";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import type { Column, Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import { ConfCell } from "./ConfCell";
import { NewBackfill } from "./NewBackfill";

type Backfill = Schema<"BackfillBody">;

const filters: Filter[] = [{ id: "dag_id", label: "DAG", kind: "text" }];

/** Runs for ranges of past dates. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ["backfills"] });
  const change = async (row: Backfill, what: "pause" | "unpause" | "cancel") => {
    try {
      await api.put(`/backfills/${row.id}/${what}`);
      toast.done(`backfill ${row.id}: ${what}d`.replace("canceld", "cancelled"));
    } catch (error) {
      toast.error(`could not ${what} backfill ${row.id}`, error);
    }
    await refresh();
  };
  const columns: Column<Backfill>[] = [
    { id: "id", title: "No.", align: "right", cell: (row) => row.id },
    {
      id: "state",
      title: "State",
      cell: ({ state }) => <span className={state === "finished" ? "tag good" : "tag"}>{state}</span>,
    },
    {
      id: "dag_id",
      title: "DAG",
      wide: true,
      cell: (row) => <Link to={paths.dag(row.dag_id)}>{row.dag_id}</Link>,
    },
    { id: "from_date", title: "From", cell: (row) => <Time value={row.from_date} /> },
    { id: "to_date", title: "To", cell: (row) => <Time value={row.to_date} /> },
    { id: "again", title: "Runs again", cell: (row) => row.reprocess_behavior },
    { id: "max", title: "At once", align: "right", cell: (row) => row.max_active_runs },
    {
      id: "conf",
      title: "Conf",
      cell: (row) => <ConfCell title={`Configuration of backfill ${row.id}`} value={row.dag_run_conf} />,
    },
    { id: "created_at", title: "Created", cell: (row) => <Time value={row.created_at} /> },
    { id: "completed_at", title: "Finished", cell: (row) => <Time value={row.completed_at} /> },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (row) =>
        !row.completed_at &&
        may("edit", "Backfills", row.dag_id) && (
          <span className="row-actions">
            <button className="ghost" onClick={() => void change(row, row.is_paused ? "unpause" : "pause")}>
              <Icon name={row.is_paused ? "play" : "pause"} /> {row.is_paused ? "Go on" : "Pause"}
            </button>
            <button
              className="ghost"
              onClick={() =>
                void confirm({
                  title: `Cancel backfill ${row.id}?`,
                  body: "Runs that wait are marked as failed; runs at work finish.",
                  action: "Cancel the backfill",
                  danger: true,
                }).then((yes) => (yes ? change(row, "cancel") : undefined))
              }
            >
              <Icon name="close" /> Cancel
            </button>
          </span>
        ),
    },
  ];
  return (
    <>
      <ListPage
        title="Backfills"
        list="backfills"
        path="/backfills"
        plural="backfills"
        empty="A backfill runs a DAG for dates of the past."
        columns={columns}
        rowKey={(row) => String(row.id)}
        filters={filters}
        sort="-id"
        actions={
          may("create", "Backfills") && (
            <button className="primary" onClick={() => setCreating(true)}>
              <Icon name="plus" /> New backfill
            </button>
          )
        }
      />
      {creating && <NewBackfill onClose={() => setCreating(false)} onDone={() => void refresh()} />}
    </>
  );
}
