import { useState, type ReactNode } from "react";
import type { Query } from "../api/client";
import { Empty, Failure, Skeleton } from "../parts/Answer";
import { useTableAddress } from "./address";
import type { BulkAction, Column, Filter } from "./columns";
import { Filters } from "./Filters";
import { Pager } from "./Pager";
import { useRows, type Local } from "./rows";
import { Table } from "./Table";

const NO_FILTERS: readonly Filter[] = [];

/** Everything that makes a page of one of the server's lists. */
export interface ListPageProps<T> {
  title: string;
  /** The path of the list, the name of its rows in the answer, and the first word of its query key. */
  path: string | ((filters: Record<string, string>) => string);
  plural: string;
  list: string;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  filters?: readonly Filter[];
  /** How it is sorted at first. */
  sort?: string;
  /** Always sent. */
  query?: Query;
  /** Given where the server gives the list whole, to be narrowed and sorted here. */
  local?: Local<T>;
  bulk?: readonly BulkAction<T>[];
  /** Buttons on the right of the title. */
  actions?: ReactNode;
  /** A line under the title. */
  about?: ReactNode;
  /** How something comes to be here: said when there is nothing, and nothing was filtered. */
  empty?: ReactNode;
}

/** A page that shows a list: filters, table, pages, and actions on what is selected. */
export function ListPage<T>(props: ListPageProps<T>) {
  const { title, plural, list, columns, rowKey, filters = NO_FILTERS, sort = "", bulk, actions, about } = props;
  const { address, change } = useTableAddress(filters, sort);
  const [selected, setSelected] = useState<Set<string>>(new Set());
  const path = typeof props.path === "string" ? props.path : props.path(address.filters);
  const answer = useRows(list, path, plural, address, filters, props.query, props.local);
  const { rows, total } = answer.data ?? { rows: [], total: 0 };
  const chosen = rows.filter((row) => selected.has(rowKey(row)));
  const offered = bulk?.filter((action) => action.shown !== false) ?? [];
  const filtered = Object.values(address.filters).some(Boolean);
  return (
    <main className="page">
      <div className="page-head">
        <h1>{title}</h1>
        <span className="grow" />
        {actions}
      </div>
      {about && <p className="soft">{about}</p>}
      <div className="list-bar">
        {filters.length > 0 && <Filters filters={filters} values={address.filters} onChange={change} />}
        <span className="grow" />
        {answer.data && <Pager address={address} total={total} onChange={change} />}
      </div>
      {chosen.length > 0 && (
        <div className="bulk" role="region" aria-label="Selected rows">
          <strong>{chosen.length} selected</strong>
          {offered.map((action) => (
            <button
              key={action.label}
              className={action.danger ? "danger" : undefined}
              onClick={() => action.run(chosen, () => setSelected(new Set()))}
            >
              {action.label}
            </button>
          ))}
          <button className="ghost" onClick={() => setSelected(new Set())}>
            Select none
          </button>
        </div>
      )}
      {answer.isError && !answer.data ? (
        <Failure error={answer.error} retry={() => void answer.refetch()}>
          {(filtered || address.sort !== sort) && (
            <button
              onClick={() =>
                change(Object.fromEntries(["sort", ...filters.map(({ id }) => id)].map((id) => [id, null])))
              }
            >
              Show it without filters
            </button>
          )}
        </Failure>
      ) : answer.data === undefined ? (
        <Skeleton lines={8} />
      ) : (
        <Table
          label={title}
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          sort={address.sort}
          onSort={(next) => change({ sort: next === sort ? null : next })}
          selected={offered.length > 0 ? selected : undefined}
          onSelect={setSelected}
          busy={answer.isPlaceholderData}
          empty={
            filtered ? (
              <Empty title="Nothing matches these filters" />
            ) : (
              <Empty title="Nothing here yet">{props.empty}</Empty>
            )
          }
        />
      )}
    </main>
  );
}
