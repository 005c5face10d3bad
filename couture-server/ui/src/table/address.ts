import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Query } from "../api/client";
import type { Filter } from "./columns";

export const PAGE_SIZES = [25, 50, 100, 250] as const;

/** What the address says about a table. */
export interface TableAddress {
  /** 0 is the first. */
  page: number;
  size: number;
  /** A column's sort name, `-` before it descends. */
  sort: string;
  filters: Record<string, string>;
}

/** Reads the state of a table from an address; what is odd in it is left out. */
export function readAddress(params: URLSearchParams, filters: readonly Filter[], sort: string): TableAddress {
  const page = Number(params.get("page") ?? "1");
  const size = Number(params.get("size") ?? PAGE_SIZES[0]);
  return {
    page: Number.isInteger(page) && page > 0 ? page - 1 : 0,
    size: (PAGE_SIZES as readonly number[]).includes(size) ? size : PAGE_SIZES[0],
    sort: params.get("sort") ?? sort,
    filters: Object.fromEntries(filters.map(({ id }) => [id, params.get(id) ?? ""])),
  };
}

/** The parameters that ask the server for what the address says. */
export function queryOf(address: TableAddress, filters: readonly Filter[]): Query {
  const query: Query = { limit: address.size, offset: address.page * address.size, order_by: address.sort };
  for (const filter of filters) {
    const value = address.filters[filter.id];
    if (!value) continue;
    if (filter.query) Object.assign(query, filter.query(value));
    else query[filter.id] = filter.kind === "many" ? value.split(",") : value;
  }
  return query;
}

/** The state of a table, kept in the address: it survives a reload, goes back with the browser, and can be sent to somebody. */
export function useTableAddress(filters: readonly Filter[], sort = "") {
  const [params, setParams] = useSearchParams();
  const address = useMemo(() => readAddress(params, filters, sort), [params, filters, sort]);
  const change = useCallback(
    (values: Record<string, string | null>, keepPage = false) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          if (!keepPage) next.delete("page");
          for (const [name, value] of Object.entries(values)) {
            if (value === null || value === "") next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return { address, change };
}
