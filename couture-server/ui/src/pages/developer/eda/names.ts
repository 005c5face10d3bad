/** The kinds of files that can be uploaded. */
export const UPLOADED = ".csv,.tsv,.txt,.xlsx,.xls,.xlsb,.ods,.parquet,.jsonl,.ndjson,.json,.arrow,.feather,.gz,.zst";

const READ = /\.(csv|tsv|txt|xlsx|xls|xlsb|ods|parquet|jsonl|ndjson|json|arrow|feather|ipc)(\.(gz|gzip|zst|zstd))?$/i;

/** Whether a file of this name is one that an analysis reads. */
export function isData(name: string): boolean {
  return READ.test(name);
}

/** What is wrong with what was typed as a path or URL of a source, or null. The server has the last word. */
export function sourceFault(text: string): string | null {
  const source = text.trim();
  if (source === "") return null;
  const [, scheme = null] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source) ?? [];
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i.test(source)) {
    return "A password must not be part of a source: make a Connection, and choose “Database”.";
  }
  if (scheme !== null && !SCHEMES.includes(scheme.toLowerCase())) {
    return `${scheme}:// cannot be read. There are ${SCHEMES.map((one) => `${one}://`).join(", ")}, and paths of the server.`;
  }
  return null;
}

const SCHEMES = ["s3", "gs", "az", "hdfs", "postgres", "postgresql", "mysql", "mariadb", "sqlite"];
