import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { address, api, part } from "../../api/client";
import { useMay } from "../../api/session";
import { confirm } from "../../parts/confirm";
import { eachOf } from "../../parts/each";
import { Icon } from "../../parts/Icon";
import type { Column, Filter } from "../../table/columns";
import type { Local } from "../../table/rows";
import { ListPage } from "../../table/ListPage";
import { ImportDialog } from "./ImportDialog";
import { HIDDEN, VariableDialog, type Variable } from "./VariableDialog";

const local: Local<Variable> = {
  text: (row) => `${row.key} ${row.description ?? ""}`,
  value: (row, column) => (column === "description" ? row.description : row.key),
};

const filters: Filter[] = [{ id: "q", label: "Search variables", kind: "text" }];

/** Settings that DAGs read by name. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [shown, setShown] = useState<Variable | "new" | "import" | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: ["variables"] });
  const remove = (rows: Variable[], clear: () => void) =>
    void confirm({
      title: rows.length === 1 ? `Delete ${rows[0]?.key}?` : `Delete ${rows.length} variables?`,
      body: "DAGs that read them fail, or use their own default.",
      action: "Delete",
      danger: true,
      run: async () => {
        await eachOf(rows, "variables", "deleted", (row) => api.del(`/variables/${part(row.key)}`));
        clear();
        refresh();
      },
    });
  const columns: Column<Variable>[] = [
    {
      id: "key",
      title: "Key",
      sort: true,
      wide: true,
      cell: (row) =>
        may("edit", "Variables") ? (
          <button className="link" onClick={() => setShown(row)}>
            {row.key}
          </button>
        ) : (
          row.key
        ),
    },
    { id: "value", title: "Value", wide: true, cell: (row) => <Value variable={row} /> },
    {
      id: "description",
      title: "Description",
      sort: true,
      wide: true,
      cell: (row) => row.description ?? <span className="faint">–</span>,
    },
    { id: "encrypted", title: "Encrypted", cell: (row) => (row.is_encrypted ? "yes" : "no") },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (row) =>
        may("delete", "Variables") && (
          <button
            className="ghost"
            title={`Delete ${row.key}`}
            aria-label={`Delete ${row.key}`}
            onClick={() => remove([row], () => {})}
          >
            <Icon name="trash" />
          </button>
        ),
    },
  ];
  return (
    <>
      <ListPage
        title="Variables"
        list="variables"
        path="/variables"
        plural="variables"
        empty="A variable is a value that DAG files and tasks read by its key."
        columns={columns}
        rowKey={(row) => row.key}
        filters={filters}
        local={local}
        sort="key"
        bulk={[{ label: "Delete", danger: true, shown: may("delete", "Variables"), run: remove }]}
        actions={
          <>
            <a className="button" href={address("/variables/~/export")} download="variables.json">
              <Icon name="download" /> Export
            </a>
            {may("create", "Variables") && (
              <>
                <button onClick={() => setShown("import")}>
                  <Icon name="upload" /> Import
                </button>
                <button className="primary" onClick={() => setShown("new")}>
                  <Icon name="plus" /> Add variable
                </button>
              </>
            )}
          </>
        }
      />
      {shown === "import" && <ImportDialog list="variables" onClose={() => setShown(null)} onDone={refresh} />}
      {shown && shown !== "import" && (
        <VariableDialog variable={shown === "new" ? null : shown} onClose={() => setShown(null)} onDone={refresh} />
      )}
    </>
  );
}

/** A value stays covered until it is asked for: somebody may be looking over one's shoulder. */
function Value({ variable }: { variable: Variable }) {
  const [open, setOpen] = useState(false);
  if (variable.error) return <span className="error-text">{variable.error}</span>;
  if (variable.value === null || variable.value === HIDDEN) return <span className="faint">hidden</span>;
  if (!open) {
    return (
      <button className="link" onClick={() => setOpen(true)}>
        <Icon name="eye" size={14} /> show
      </button>
    );
  }
  return (
    <code className="break" onDoubleClick={() => setOpen(false)}>
      {variable.value.length > 500 ? `${variable.value.slice(0, 500)}…` : variable.value}
    </code>
  );
}
