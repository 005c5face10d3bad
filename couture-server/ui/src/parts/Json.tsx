import { useState } from "react";

/** How much of a text, and how many entries of a list, are drawn before the rest is asked for. */
const TEXT_CHARS = 2_000;
const ENTRIES = 100;

/** A JSON value as a tree that folds. Everything in it is shown as text. */
export function Json({ value, open = 2 }: { value: unknown; open?: number }) {
  return (
    <div className="json">
      <Node value={value} open={open} />
    </div>
  );
}

function Node({ name, value, open }: { name?: string; value: unknown; open: number }) {
  const label = name !== undefined && <span className="json-key">{name}: </span>;
  if (value === null || typeof value !== "object") {
    return (
      <div className="json-line">
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Array.isArray(value)
    ? value.map((one, index) => [String(index), one] as const)
    : Object.entries(value);
  const brackets = Array.isArray(value) ? "[]" : "{}";
  if (entries.length === 0)
    return (
      <div className="json-line">
        {label}
        {brackets}
      </div>
    );
  return (
    <details open={open > 0}>
      <summary>
        {label}
        <span className="faint">
          {brackets[0]} {entries.length} {brackets[1]}
        </span>
      </summary>
      <Entries entries={entries} open={open - 1} />
    </details>
  );
}

function Entries({ entries, open }: { entries: (readonly [string, unknown])[]; open: number }) {
  const [most, setMost] = useState(ENTRIES);
  return (
    <div className="json-entries">
      {entries.slice(0, most).map(([key, value]) => (
        <Node key={key} name={key} value={value} open={open} />
      ))}
      {entries.length > most && (
        <button className="link" onClick={() => setMost(most + 10 * ENTRIES)}>
          {entries.length - most} more…
        </button>
      )}
    </div>
  );
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  const long = text.length > TEXT_CHARS && !whole;
  return (
    <span className={`json-${value === null ? "null" : typeof value}`}>
      {long ? `${text.slice(0, TEXT_CHARS)}…` : text}
      {long && (
        <button className="link" onClick={() => setWhole(true)}>
          show all {text.length} characters
        </button>
      )}
    </span>
  );
}
