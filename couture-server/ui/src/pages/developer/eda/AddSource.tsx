import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../../api/client";
import { useMay } from "../../../api/session";
import { Field, FormDialog } from "../../../form/Form";
import { toast } from "../../../parts/toast";
import type { Source } from "./eda";

type Way = "path" | "table" | "query";

const WAYS: readonly (readonly [Way, string])[] = [
  ["path", "File, folder or URL"],
  ["table", "Table of a database"],
  ["query", "SQL query"],
];

const EXAMPLES = [
  ["/data/sales/2026.csv", "a file that the server and its workers see"],
  ["/data/sales/*.csv.gz", "many files as one table"],
  ["s3://bucket/folder/part-*.parquet", "Amazon S3 or a store like it"],
  ["gs://bucket/file.jsonl", "Google Cloud Storage"],
  ["az://container/file.csv", "Azure Blob Storage"],
  ["hdfs://namenode:8020/data/file.csv", "Hadoop"],
  ["postgres://user@host/shop#orders", "a table; where a password is needed, use a Connection"],
] as const;

/** Adds a source to the raw inputs. */
export function AddSource({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [way, setWay] = useState<Way>("path");
  const [path, setPath] = useState("");
  const [connection, setConnection] = useState("");
  const [table, setTable] = useState("");
  const [query, setQuery] = useState("");
  const wanted = way === "path" ? path : way === "table" ? table : query;
  const valid = wanted.trim() !== "" && (way === "path" || connection.trim() !== "");
  const save = async () => {
    const body = way === "path" ? { source: path.trim() } : { connection_id: connection.trim(), [way]: wanted.trim() };
    const { source } = await api.post<Source>("/eda/sources", body);
    toast.done(`${source} is added to the sources`);
    onDone();
  };
  return (
    <FormDialog title="Add source" action="Add" valid={valid} onClose={onClose} save={save}>
      <fieldset className="eda-ways">
        <legend className="visually-hidden">What it is</legend>
        {WAYS.map(([value, label]) => (
          <label key={value} className="check">
            <input type="radio" name="way" checked={way === value} onChange={() => setWay(value)} />
            {label}
          </label>
        ))}
      </fieldset>
      {way === "path" ? (
        <>
          <Field label="Path or URL">
            <input
              required
              autoFocus
              className="mono"
              spellCheck={false}
              autoComplete="off"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          </Field>
          <Examples />
        </>
      ) : (
        <>
          <ConnectionField value={connection} onChange={setConnection} />
          {way === "table" ? (
            <Field label="Table" hint="With its schema where that is not the usual one: shop.orders">
              <input required spellCheck={false} value={table} onChange={(event) => setTable(event.target.value)} />
            </Field>
          ) : (
            <Field label="Query" hint="What it selects is analysed, row by row, as it comes.">
              <textarea
                required
                className="mono"
                rows={5}
                spellCheck={false}
                placeholder="SELECT …"
                value={query}
                onChange={(event) => setQuery(event.target.value)}
              />
            </Field>
          )}
        </>
      )}
    </FormDialog>
  );
}

function Examples() {
  return (
    <div className="eda-help">
      <p>CSV, TSV, Excel, Parquet, JSON lines or Arrow, plain or compressed by gzip or zstd:</p>
      <dl>
        {EXAMPLES.map(([example, words]) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The id of a Connection; those that there are are proposed to whoever may read them. */
function ConnectionField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const mayRead = useMay()("read", "Connections");
  const { data } = useQuery({
    queryKey: ["connections", "ids"],
    queryFn: ({ signal }) =>
      api.get<{ connections: { connection_id: string }[] }>("/connections", { limit: 1000 }, { signal }),
    enabled: mayRead,
  });
  const ids = [...new Set(data?.connections.map(({ connection_id }) => connection_id))];
  return (
    <>
      <Field
        label="Connection"
        hint={
          <span className="eda-hint">
            The id of a {mayRead ? <Link to="/admin/connections">Connection</Link> : "Connection"} to SQLite,
            PostgreSQL, MySQL or MariaDB. It holds the address and the password.
          </span>
        }
      >
        <input
          required
          autoFocus
          list="eda-connections"
          spellCheck={false}
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
      <datalist id="eda-connections">
        {ids.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </>
  );
}
