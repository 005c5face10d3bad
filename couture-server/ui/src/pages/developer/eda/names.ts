import type { Kind } from "./eda";

/** The kinds of files that can be uploaded. */
export const UPLOADED = ".csv,.tsv,.txt,.xlsx,.xls,.xlsb,.ods,.parquet,.jsonl,.ndjson,.json,.arrow,.feather,.gz,.zst";

const READ = /\.(csv|tsv|txt|xlsx|xls|xlsb|ods|parquet|jsonl|ndjson|json|arrow|feather|ipc)(\.(gz|gzip|zst|zstd))?$/i;

/** Whether a file of this name is one that an analysis reads. */
export function isData(name: string): boolean {
  return READ.test(name);
}

const REPORTS: Record<Kind, string> = {
  preliminary: "data_info.html",
  data_importance: "table_and_feature_importance.html",
};

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** What the configuration of an analysis' run says of it. */
export interface Ordered {
  kind: Kind;
  target: string | null;
  /** What is analysed, in words. */
  source: string | null;
  /** Where the report is, or will be. */
  output: string | null;
}

/** Reads the configuration of a run, which somebody may have written by hand. */
export function orderedBy(conf: Record<string, unknown> | null): Ordered {
  const { source, conn_id, table, query, upload, name, timestamp, target } = Object.fromEntries(
    Object.entries(conf ?? {}).map(([key, value]) => [key, textOf(value)]),
  );
  const kind: Kind = conf?.kind === "data_importance" ? "data_importance" : "preliminary";
  const read = conn_id
    ? `${conn_id}/${table ?? query ?? ""}`
    : upload
      ? upload.slice(upload.lastIndexOf("/") + 1)
      : source;
  const output = name && timestamp ? `outputs/${name}/${kind}/${timestamp}/${REPORTS[kind]}` : null;
  return { kind, target: target ?? null, source: read ?? null, output };
}
