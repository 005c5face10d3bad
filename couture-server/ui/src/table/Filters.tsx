import { useEffect, useRef, useState } from "react";
import { Icon } from "../parts/Icon";
import { fromField, toField, zone } from "../parts/time";
import { useStored } from "../parts/stored";
import type { Filter } from "./columns";
import "./table.css";

const TYPING_MS = 250;

/** The fields that narrow a table. */
export function Filters({
  filters,
  values,
  onChange,
}: {
  filters: readonly Filter[];
  values: Record<string, string>;
  onChange: (values: Record<string, string | null>) => void;
}) {
  const [more, setMore] = useState(false);
  const extra = filters.filter((filter) => filter.extra && filter.kind !== "exact" && !values[filter.id]);
  const shown = filters.filter((filter) => values[filter.id] || (filter.kind !== "exact" && (more || !filter.extra)));
  const active = filters.some((filter) => values[filter.id]);
  return (
    <div className="filters" role="search">
      {shown.map((filter) => (
        <Field
          key={filter.id}
          filter={filter}
          value={values[filter.id] ?? ""}
          onChange={(value) => onChange({ [filter.id]: value })}
        />
      ))}
      {extra.length > 0 && (
        <button className="ghost" aria-expanded={more} onClick={() => setMore(!more)}>
          {more ? "Fewer filters" : "More filters"}
        </button>
      )}
      {active && (
        <button className="ghost" onClick={() => onChange(Object.fromEntries(filters.map(({ id }) => [id, null])))}>
          <Icon name="close" size={12} /> Clear
        </button>
      )}
    </div>
  );
}

function Field({ filter, value, onChange }: { filter: Filter; value: string; onChange: (value: string) => void }) {
  switch (filter.kind) {
    case "select":
    case "many":
      return (
        <select aria-label={filter.label} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{filter.label}: any</option>
          {filter.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      );
    case "exact":
      return (
        <button className="tag filter-exact" title="Show others, too" onClick={() => onChange("")}>
          {filter.label}: {value} <Icon name="close" size={11} />
        </button>
      );
    case "time":
      return <TimeField label={filter.label} value={value} onChange={onChange} />;
    case "text":
      return <SearchField label={filter.label} value={value} onChange={onChange} />;
  }
}

function TimeField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const where = useStored(zone);
  return (
    <label className="filter-time">
      <span>{label}</span>
      <input
        type="datetime-local"
        step={1}
        value={toField(value, where)}
        onChange={(event) => onChange(fromField(event.target.value, where) ?? "")}
      />
    </label>
  );
}

/** A search field that tells what was typed after a short rest. */
export function SearchField({
  label,
  value,
  onChange,
  autoFocus = false,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
}) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    // Something else changed the address.
    if (value !== told.current) {
      told.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onChange(text.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <span className="search">
      <Icon name="search" size={14} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoFocus={autoFocus}
        value={text}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
    </span>
  );
}
