import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type DragEvent } from "react";
import { Link, useNavigate } from "react-router";
import { address, api, folders, part, wordsOf } from "../../api/client";
import { useMay } from "../../api/session";
import { paths } from "../../app/paths";
import { confirm } from "../../parts/confirm";
import { eachOf } from "../../parts/each";
import { Icon } from "../../parts/Icon";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import type { Column, Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import { fileAddress, formatSize, isText, type FileStore, type StoredFile } from "./files";
import { NewFile } from "./NewFile";
import "./developer.css";

const filters: Filter[] = [{ id: "q", label: "Search files", kind: "text" }];

/** The files of a store: upload, make, edit, download, delete. */
export function FilesPage({ store }: { store: FileStore }) {
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const picker = useRef<HTMLInputElement>(null);
  const [creating, setCreating] = useState(false);
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: [store.list] });
  const edit = (path: string) => `${store.page}/edit?path=${part(path)}`;

  const upload = async (files: FileList | null) => {
    if (!files || files.length === 0) return;
    setBusy(true);
    const form = new FormData();
    for (const file of files) form.append("files", file, file.name);
    try {
      await api.post(store.path, form);
      toast.done(files.length === 1 ? `${files[0]?.name} is uploaded` : `${files.length} files are uploaded`);
    } catch (error) {
      toast.error(`nothing was uploaded: ${wordsOf(error)}`);
    }
    setBusy(false);
    if (picker.current) picker.current.value = "";
    await refresh();
  };
  const remove = (rows: StoredFile[], clear: () => void) =>
    void confirm({
      title: rows.length === 1 ? `Delete ${rows[0]?.path}?` : `Delete ${rows.length} files?`,
      body:
        store.list === "dagFiles"
          ? "Its DAGs are no longer scheduled. Their history stays until the DAG is deleted."
          : "DAGs that name it fail from now on.",
      action: "Delete",
      danger: true,
      run: async () => {
        await eachOf(rows, "files", "deleted", (row) =>
          api.del(fileAddress(store, row.path), { query: { version: row.version } }),
        );
        clear();
        await refresh();
      },
    });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void upload(event.dataTransfer.files);
  };
  const columns: Column<StoredFile>[] = [
    {
      id: "path",
      title: "File",
      sort: true,
      wide: true,
      cell: (row) => (
        <span className="tags">
          {isText(row.path) ? <Link to={edit(row.path)}>{row.path}</Link> : row.path}
          {row.import_error && (
            <span className="tag danger" title={row.import_error}>
              import error
            </span>
          )}
        </span>
      ),
    },
    ...(store.list === "dagFiles"
      ? [
          {
            id: "dags",
            title: "DAGs",
            wide: true,
            cell: (row: StoredFile) =>
              row.dag_ids?.map((id) => (
                <Link key={id} className="file-dag" to={paths.dag(id)}>
                  {id}
                </Link>
              )),
          },
        ]
      : []),
    { id: "modified_at", title: "Last modified", sort: true, cell: (row) => <Time value={row.modified_at} /> },
    { id: "author", title: "By", cell: (row) => row.author ?? <span className="faint">–</span> },
    {
      id: "size",
      title: "Size",
      sort: true,
      align: "right",
      cell: (row) => <span className="number">{formatSize(row.size)}</span>,
    },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (row) => (
        <span className="row-actions">
          {isText(row.path) && (
            <Link
              className="button ghost"
              to={edit(row.path)}
              title={`Edit ${row.path}`}
              aria-label={`Edit ${row.path}`}
            >
              <Icon name="edit" />
            </Link>
          )}
          <a
            className="button ghost"
            href={address(`${store.download}/${folders(row.path)}`)}
            download
            title={`Download ${row.path}`}
            aria-label={`Download ${row.path}`}
          >
            <Icon name="download" />
          </a>
          {may("delete", store.resource) && (
            <button
              className="ghost"
              title={`Delete ${row.path}`}
              aria-label={`Delete ${row.path}`}
              onClick={() => remove([row], () => {})}
            >
              <Icon name="trash" />
            </button>
          )}
        </span>
      ),
    },
  ];
  const mayCreate = may("create", store.resource);
  return (
    <div
      className={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        if (!mayCreate || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <ListPage
        title={store.title}
        list={store.list}
        path={store.path}
        plural="files"
        empty={`Upload a ${store.what}, or create one here.`}
        columns={columns}
        rowKey={(row) => row.path}
        filters={filters}
        sort="path"
        bulk={[{ label: "Delete", danger: true, shown: may("delete", store.resource), run: remove }]}
        actions={
          mayCreate && (
            <>
              <input
                ref={picker}
                type="file"
                multiple
                hidden
                aria-label="Files to upload"
                accept={store.accept}
                onChange={(event) => void upload(event.target.files)}
              />
              <button disabled={busy} onClick={() => picker.current?.click()}>
                <Icon name="upload" /> {busy ? "Uploading…" : `Upload ${store.what}(s)`}
              </button>
              <button className="primary" onClick={() => setCreating(true)}>
                <Icon name="plus" /> {store.list === "dagFiles" ? "Create new DAG" : "Create file"}
              </button>
            </>
          )
        }
      />
      {creating && (
        <NewFile
          store={store}
          onClose={() => setCreating(false)}
          onCreate={(path) => void navigate(`${edit(path)}&new=1`)}
        />
      )}
    </div>
  );
}
