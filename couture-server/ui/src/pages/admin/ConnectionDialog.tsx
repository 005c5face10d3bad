import { useState, type MouseEvent } from "react";
import { api, part } from "../../api/client";
import type { Schema } from "../../api/types";
import { Field, FormDialog } from "../../form/Form";
import { toast } from "../../parts/toast";
import { testConnection } from "./testConnection";

export type Connection = Schema<"ConnectionBody">;

const TYPES = [
  "aws",
  "azure_blob",
  "ftp",
  "fs",
  "generic",
  "google_cloud_platform",
  "hdfs",
  "hive_cli",
  "hiveserver2",
  "http",
  "kafka",
  "livy",
  "mssql",
  "mysql",
  "oracle",
  "postgres",
  "redis",
  "s3",
  "sftp",
  "slack",
  "smtp",
  "spark",
  "sqlite",
  "ssh",
];

/** The list opens at a click. Firefox shows none where `autocomplete` is off. */
const typeField = {
  required: true,
  list: "connection-types",
  autoComplete: "on",
  placeholder: "postgres, http, …",
  onClick: ({ currentTarget }: MouseEvent<HTMLInputElement>) => {
    try {
      currentTarget.showPicker();
    } catch {
      // A browser that opens no list by itself still shows it while one types.
    }
  },
};

type Texts = Record<
  "connection_id" | "conn_type" | "description" | "host" | "schema" | "login" | "port" | "password" | "extra",
  string
>;

/** Makes a connection, or changes one. A password or extra that is left alone stays as it is. */
export function ConnectionDialog({
  connection,
  onClose,
  onDone,
}: {
  connection: Connection | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const [texts, setTexts] = useState<Texts>({
    connection_id: connection?.connection_id ?? "",
    conn_type: connection?.conn_type ?? "",
    description: connection?.description ?? "",
    host: connection?.host ?? "",
    schema: connection?.schema ?? "",
    login: connection?.login ?? "",
    port: connection?.port?.toString() ?? "",
    password: "",
    extra: "",
  });
  const [beside, setBeside] = useState(false);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const set = (name: keyof Texts) => (event: { target: { value: string } }) => {
    setTexts({ ...texts, [name]: event.target.value });
    setTouched(new Set([...touched, name]));
  };
  const body = () => {
    const all = {
      connection_id: texts.connection_id.trim(),
      conn_type: texts.conn_type.trim(),
      description: texts.description || null,
      host: texts.host || null,
      schema: texts.schema || null,
      login: texts.login || null,
      port: texts.port === "" ? null : Number(texts.port),
      password: texts.password || null,
      extra: texts.extra || null,
    };
    if (!connection) return all;
    return Object.fromEntries(Object.entries(all).filter(([name]) => name === "connection_id" || touched.has(name)));
  };
  const save = async () => {
    if (connection) await api.patch(`/connections/${part(connection.connection_id)}`, body());
    else await api.post(beside ? "/connections?beside=true" : "/connections", body());
    toast.done(`${texts.connection_id} is saved`);
    onDone();
  };
  const input = (name: keyof Texts, label: string, more: Record<string, unknown> = {}, hint?: string) => (
    <Field label={label} hint={hint}>
      <input value={texts[name]} spellCheck={false} autoComplete="off" onChange={set(name)} {...more} />
    </Field>
  );
  const kept = connection ? "unchanged" : "";
  return (
    <FormDialog
      title={connection ? `Edit ${connection.connection_id}` : "Add connection"}
      valid={texts.connection_id.trim() !== "" && texts.conn_type.trim() !== ""}
      onClose={onClose}
      save={save}
      extra={
        <button type="button" onClick={() => void testConnection(body())}>
          Test
        </button>
      }
    >
      <div className="fields">
        {input("connection_id", "Connection id", {
          required: true,
          readOnly: connection !== null,
          autoFocus: !connection,
        })}
        {input("conn_type", "Type", typeField, "One of the list, or any other word.")}
        {input("host", "Host")}
        {input("port", "Port", { type: "number", min: 0, max: 65535 })}
        {input("login", "Login")}
        {input("password", "Password", { type: "password", autoComplete: "new-password", placeholder: kept })}
        {input("schema", "Schema")}
        {input("description", "Description")}
      </div>
      <Field label="Extra (JSON)" hint={connection ? "Never shown. Left empty, it stays as it is." : undefined}>
        <textarea
          className="mono"
          rows={4}
          value={texts.extra}
          spellCheck={false}
          placeholder={kept}
          onChange={set("extra")}
        />
      </Field>
      {!connection && (
        <label className="check field">
          <input type="checkbox" checked={beside} onChange={(event) => setBeside(event.target.checked)} />
          Beside others with this id: tasks get one of them at random
        </label>
      )}
      <datalist id="connection-types">
        {TYPES.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
    </FormDialog>
  );
}
