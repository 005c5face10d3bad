import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import type { Column, Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import { BrickDialog, type Brick } from "./BrickDialog";
import "./developer.css";

const filters: Filter[] = [{ id: "q", label: "Search bricks", kind: "text" }];

/** Pieces of code that are put into DAG files. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const [shown, setShown] = useState<Brick | "new" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["codeBricks"] });
  const remove = (brick: Brick) =>
    confirm({
      title: `Delete “${brick.title}”?`,
      body: "DAG files that it was put into keep its code.",
      action: "Delete",
      danger: true,
      run: async () => {
        await api.del(`/codeBricks/${encodeURIComponent(brick.id)}`);
        toast.done(`“${brick.title}” is deleted`);
        await refresh();
      },
    });
  const columns: Column<Brick>[] = [
    {
      id: "title",
      title: "Title",
      wide: true,
      cell: (brick) => (
        <>
          {brick.title} {brick.built_in && <span className="tag">built in</span>}
        </>
      ),
    },
    { id: "description", title: "Description", wide: true, cell: (brick) => brick.description },
    {
      id: "content",
      title: "Code",
      cell: (brick) => (
        <details>
          <summary className="faint">{brick.content.split("\n").length} lines</summary>
          <pre className="brick-preview">{brick.content}</pre>
        </details>
      ),
    },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (brick) =>
        !brick.built_in && (
          <span className="row-actions">
            {may("edit", "Code Bricks") && (
              <button
                className="ghost"
                title={`Edit ${brick.title}`}
                aria-label={`Edit ${brick.title}`}
                onClick={() => setShown(brick)}
              >
                <Icon name="edit" />
              </button>
            )}
            {may("delete", "Code Bricks") && (
              <button
                className="ghost"
                title={`Delete ${brick.title}`}
                aria-label={`Delete ${brick.title}`}
                onClick={() => void remove(brick)}
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
        title="Code Bricks"
        list="codeBricks"
        path="/codeBricks"
        plural="bricks"
        columns={columns}
        rowKey={(brick) => String(brick.id)}
        filters={filters}
        actions={
          may("create", "Code Bricks") && (
            <button className="primary" onClick={() => setShown("new")}>
              <Icon name="plus" /> Add a new code brick
            </button>
          )
        }
      />
      {shown && (
        <BrickDialog
          brick={shown === "new" ? null : shown}
          onClose={() => setShown(null)}
          onDone={() => void refresh()}
        />
      )}
    </>
  );
}
