import type { ReactNode } from "react";
import { Icon } from "../parts/Icon";
import type { Column } from "./columns";
import "./table.css";

/** A plain table: sorted by its heads where columns can be sorted, with boxes to select rows where `selected` is given. */
export function Table<T>({
  columns,
  rows,
  rowKey,
  sort = "",
  onSort,
  selected,
  onSelect,
  label,
  busy = false,
  empty,
}: {
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  sort?: string;
  onSort?: (sort: string) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  label: string;
  /** What is shown is being replaced. */
  busy?: boolean;
  empty?: ReactNode;
}) {
  const keys = rows.map(rowKey);
  const all = selected !== undefined && keys.length > 0 && keys.every((key) => selected.has(key));
  const some = selected !== undefined && keys.some((key) => selected.has(key));
  const toggle = (which: string[], on: boolean) => {
    const next = new Set(selected);
    which.forEach((key) => (on ? next.add(key) : next.delete(key)));
    onSelect?.(next);
  };
  return (
    <div className={busy ? "table-box busy" : "table-box"}>
      <table className="table" aria-label={label} aria-busy={busy}>
        <thead>
          <tr>
            {selected && (
              <th className="table-check">
                <input
                  type="checkbox"
                  aria-label="Select all rows of this page"
                  checked={all}
                  ref={(box) => {
                    if (box) box.indeterminate = some && !all;
                  }}
                  onChange={() => toggle(keys, !all)}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const key = keys[index] ?? "";
            return (
              <tr key={key} className={selected?.has(key) ? "selected" : undefined}>
                {selected && (
                  <td className="table-check">
                    <input
                      type="checkbox"
                      aria-label={`Select row ${index + 1}`}
                      checked={selected.has(key)}
                      onChange={(event) => toggle([key], event.target.checked)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.id} className={cellClass(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && empty}
    </div>
  );
}

function cellClass<T>(column: Column<T>): string | undefined {
  return [column.align, column.wide && "wide", column.className].filter(Boolean).join(" ") || undefined;
}

function Head<T>({ column, sort, onSort }: { column: Column<T>; sort: string; onSort?: (sort: string) => void }) {
  const name = column.sort === true ? column.id : column.sort;
  if (!name || !onSort) {
    return (
      <th scope="col" className={cellClass(column)}>
        {column.title || <span className="visually-hidden">Actions</span>}
      </th>
    );
  }
  const order = sort === name ? "ascending" : sort === `-${name}` ? "descending" : undefined;
  return (
    <th scope="col" className={cellClass(column)} aria-sort={order}>
      <button className="table-sort" onClick={() => onSort(order === "ascending" ? `-${name}` : name)}>
        {column.title}
        {order && <Icon name={order === "ascending" ? "up" : "down"} size={11} />}
      </button>
    </th>
  );
}
