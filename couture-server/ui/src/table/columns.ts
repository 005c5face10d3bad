import type { ReactNode } from "react";
import type { Query } from "../api/client";

/** A column of a table. */
export interface Column<T> {
  id: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** The name by which the server sorts it (`true`: its id); without, it is not sorted by. */
  sort?: string | true;
  align?: "right" | "center";
  /** Breaks long texts instead of widening the table. */
  wide?: boolean;
  className?: string;
}

/** A field above a table that narrows it; its value lives in the address under `id`. */
export interface Filter {
  id: string;
  label: string;
  /** `exact` comes from a link, and is shown as a mark that can be taken away. */
  kind: "text" | "select" | "many" | "time" | "exact";
  options?: readonly { value: string; label: string }[];
  /** The server's parameters for a value; by default the value under the filter's id. */
  query?: (value: string) => Query;
  /** Shown only when asked for, to keep the bar short. */
  extra?: boolean;
}

/** A pattern of the server's that finds a text anywhere. */
export function containing(text: string): string {
  return text.includes("%") ? text : `%${text}%`;
}

/** Something done to the selected rows. */
export interface BulkAction<T> {
  label: string;
  danger?: boolean;
  /** Only shown where it may be done. */
  shown?: boolean;
  run: (rows: T[], clear: () => void) => void;
}

export interface Page<T> {
  rows: T[];
  total: number;
}
