import { memo } from "react";
import type { Row } from "./rows";

interface Props {
  row: Row;
  onToggle: (key: string) => void;
}

/** A row's name at the left of the grid, with its fold. */
export const RowName = memo(function RowName({ row, onToggle }: Props) {
  return (
    <span className="dag-row-name" style={{ paddingLeft: 8 + row.depth * 14 }} title={row.id}>
      {row.open === null ? (
        <span className="dag-fold" aria-hidden="true" />
      ) : (
        <button
          type="button"
          tabIndex={-1}
          className="dag-fold"
          aria-label={`${row.open ? "fold" : "unfold"} ${row.id}`}
          aria-expanded={row.open}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(row.key);
          }}
        >
          {row.open ? "▾" : "▸"}
        </button>
      )}
      <span className={row.kind === "group" ? "dag-row-text group" : "dag-row-text"}>{row.label}</span>
      {row.mapped && (
        <span className="dag-row-mark" title="mapped task">
          [ ]
        </span>
      )}
    </span>
  );
});
