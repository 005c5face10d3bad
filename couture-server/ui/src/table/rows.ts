import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, type Query } from "../api/client";
import { queryOf, type TableAddress } from "./address";
import type { Filter } from "./columns";

/** How a list is narrowed and sorted here, where the server gives it whole. */
export interface Local<T> {
  /** What the search field `q` looks through. */
  text: (row: T) => string;
  /** What a column sorts by. */
  value: (row: T, column: string) => string | number | null;
}

/** As many as the server gives at once, and the most that is narrowed here. */
const AT_ONCE = 1_000;
export const MOST = 20_000;

/** The whole of a list, up to `MOST` rows. */
export async function everything<T>(
  path: string,
  plural: string,
  query: Query | undefined,
  signal: AbortSignal,
): Promise<T[]> {
  const rows: T[] = [];
  while (rows.length < MOST) {
    const asked = { ...query, limit: AT_ONCE, offset: rows.length };
    const answer = await api.get<Record<string, unknown>>(path, asked, { signal });
    const page = (answer[plural] ?? []) as T[];
    rows.push(...page);
    if (page.length < AT_ONCE) break;
  }
  return rows;
}

/** The rows that an address asks for, out of all of them. */
export function narrowed<T>(all: readonly T[], address: TableAddress, local: Local<T>): { rows: T[]; total: number } {
  const wanted = (address.filters.q ?? "").toLowerCase();
  const found = all.filter((row) => local.text(row).toLowerCase().includes(wanted));
  const descends = address.sort.startsWith("-");
  const column = address.sort.replace(/^-/, "");
  if (column) {
    found.sort((one, two) => {
      const [a, b] = [local.value(one, column), local.value(two, column)];
      const order =
        a === b
          ? 0
          : a === null
            ? 1
            : b === null
              ? -1
              : typeof a === "number" && typeof b === "number"
                ? a - b
                : String(a).localeCompare(String(b));
      return descends ? -order : order;
    });
  }
  const from = address.page * address.size;
  return { rows: found.slice(from, from + address.size), total: found.length };
}

/** Asks for the rows of a table, a page from the server, or all of them where they are narrowed here. */
export function useRows<T>(
  list: string,
  path: string,
  plural: string,
  address: TableAddress,
  filters: readonly Filter[],
  query?: Query,
  local?: Local<T>,
) {
  const asked = { ...queryOf(address, filters), ...query };
  return useQuery({
    queryKey: local ? [list, path, query ?? {}, "all"] : [list, path, asked],
    queryFn: async ({ signal }): Promise<{ rows: T[]; total: number }> => {
      if (local) {
        const rows = await everything<T>(path, plural, query, signal);
        return { rows, total: rows.length };
      }
      const answer = await api.get<Record<string, unknown>>(path, asked, { signal });
      const rows = (answer[plural] ?? []) as T[];
      return { rows, total: Number(answer.total_entries ?? rows.length) };
    },
    select: local ? ({ rows }) => narrowed(rows, address, local) : undefined,
    placeholderData: keepPreviousData,
  });
}
