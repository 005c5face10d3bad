import { folders } from "../../api/client";
import type { Schema } from "../../api/types";

/** The two stores of files: DAG files, which are parsed, and code artifacts, which are anything. */
export interface FileStore {
  title: string;
  list: string;
  path: string;
  versions: string;
  download: string;
  resource: string;
  /** Where the page of the store is. */
  page: string;
  /** What may be uploaded. */
  accept?: string;
  what: string;
}

export const DAG_FILES: FileStore = {
  title: "Manage DAGs",
  list: "dagFiles",
  path: "/dagFiles",
  versions: "/dagFileVersions",
  download: "/dagFileDownload",
  resource: "Manage DAGs",
  page: "/developer/dags",
  accept: ".py,.yaml,.yml,.json,.zip,.tar.gz",
  what: "DAG file",
};

export const ARTIFACTS: FileStore = {
  title: "Code Artifacts",
  list: "codeArtifacts",
  path: "/codeArtifacts",
  versions: "/codeArtifactVersions",
  download: "/codeArtifactDownload",
  resource: "Code Artifacts",
  page: "/developer/artifacts",
  what: "code artifact",
};

export type StoredFile = Schema<"ArtifactBody"> & Partial<Schema<"DagFileBody">>;

export type FileContent = Schema<"FileBody">;

export type FileVersion = Schema<"FileVersionBody">;

export function fileAddress(store: FileStore, path: string): string {
  return `${store.path}/${folders(path)}`;
}

/** Whether the editor takes a file of this name. */
export function isText(path: string): boolean {
  return /\.(py|ya?ml|json|sql|sh|txt|md|toml|cfg|ini|conf|properties|xml|html|css|js|ts|r|scala|java|csv|tsv|ipynb|j2|jinja)$/i.test(
    path,
  );
}

/** `1.7 kB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = -1;
  do {
    size /= 1000;
    unit += 1;
  } while (size >= 1000 && unit < units.length - 1);
  return `${size.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)} ${units[unit]}`;
}
