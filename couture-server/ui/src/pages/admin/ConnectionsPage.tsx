import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, address, part } from "../../api/client";
import { useMay } from "../../api/session";
import { confirm } from "../../parts/confirm";
import { eachOf } from "../../parts/each";
import { Icon } from "../../parts/Icon";
import type { Column, Filter } from "../../table/columns";
import type { Local } from "../../table/rows";
import { ListPage } from "../../table/ListPage";
import { ConnectionDialog, type Connection } from "./ConnectionDialog";
import { ImportDialog } from "./ImportDialog";
import { testConnection } from "./testConnection";

const local: Local<Connection> = {
  text: (row) => [row.connection_id, row.conn_type, row.host, row.schema, row.login, row.description].join(" "),
  value: (row, column) => row[column as "connection_id" | "conn_type" | "host" | "port" | "schema" | "login"] ?? null,
};

const filters: Filter[] = [{ id: "q", label: "Search connections", kind: "text" }];

const dash = <span className="faint">–</span>;

/** Addresses and credentials of other systems. Secrets are written, never read. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [shown, setShown] = useState<Connection | "new" | "import" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["connections"] });
  const remove = (rows: Connection[], clear: () => void) =>
    void confirm({
      title: rows.length === 1 ? `Delete ${rows[0]?.connection_id}?` : `Delete ${rows.length} connections?`,
      body: "Tasks that ask for them fail from now on.",
      action: "Delete",
      danger: true,
      run: async () => {
        await eachOf(rows, "connections", "deleted", (row) => api.del(`/connections/${part(row.connection_id)}`));
        clear();
        await refresh();
      },
    });
  const columns: Column<Connection>[] = [
    {
      id: "connection_id",
      title: "Id",
      sort: true,
      wide: true,
      cell: (row) =>
        may("edit", "Connections") ? (
          <button className="link" onClick={() => setShown(row)}>
            {row.connection_id}
          </button>
        ) : (
          row.connection_id
        ),
    },
    { id: "conn_type", title: "Type", sort: true, cell: (row) => <span className="tag">{row.conn_type}</span> },
    { id: "host", title: "Host", sort: true, wide: true, cell: (row) => row.host || dash },
    { id: "port", title: "Port", sort: true, align: "right", cell: (row) => row.port ?? dash },
    { id: "schema", title: "Schema", sort: true, cell: (row) => row.schema || dash },
    { id: "login", title: "Login", sort: true, cell: (row) => row.login || dash },
    {
      id: "description",
      title: "Description",
      wide: true,
      cell: (row) => (row.error ? <span className="error-text">{row.error}</span> : row.description || dash),
    },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (row) => (
        <span className="row-actions">
          {may("edit", "Connections") && (
            <button className="ghost" onClick={() => void testConnection({ connection_id: row.connection_id })}>
              Test
            </button>
          )}
          {may("delete", "Connections") && (
            <button
              className="ghost"
              title={`Delete ${row.connection_id}`}
              aria-label={`Delete ${row.connection_id}`}
              onClick={() => remove([row], () => {})}
            >
              <Icon name="trash" />
            </button>
          )}
        </span>
      ),
    },
  ];
  return (
    <>
      <ListPage
        title="Connections"
        list="connections"
        path="/connections"
        plural="connections"
        empty="A connection keeps the address and the secrets of another system, for tasks that talk to it."
        columns={columns}
        rowKey={(row) => [row.connection_id, row.host, row.port, row.login].join("\n")}
        filters={filters}
        local={local}
        sort="connection_id"
        bulk={[{ label: "Delete", danger: true, shown: may("delete", "Connections"), run: remove }]}
        actions={
          <>
            <a className="button" href={address("/connections/~/export")} download="connections.json">
              <Icon name="download" /> Export
            </a>
            {may("create", "Connections") && (
              <>
                <button onClick={() => setShown("import")}>
                  <Icon name="upload" /> Import
                </button>
                <button className="primary" onClick={() => setShown("new")}>
                  <Icon name="plus" /> Add connection
                </button>
              </>
            )}
          </>
        }
      />
      {shown === "import" && (
        <ImportDialog list="connections" onClose={() => setShown(null)} onDone={() => void refresh()} />
      )}
      {shown && shown !== "import" && (
        <ConnectionDialog
          connection={shown === "new" ? null : shown}
          onClose={() => setShown(null)}
          onDone={() => void refresh()}
        />
      )}
    </>
  );
}
