import { useState } from "react";
import { seriesColor } from "./scale";

interface Props {
  names: string[];
  hidden: ReadonlySet<string>;
  /** Those that are drawn, in the order of their colours. */
  shown: string[];
  onChange: (hidden: ReadonlySet<string>) => void;
}

const MOST = 500;

/** Which lines a chart draws. */
export function SeriesList({ names, hidden, shown, onChange }: Props) {
  const [text, setText] = useState("");
  const found = names.filter((name) => name.toLowerCase().includes(text.toLowerCase())).slice(0, MOST);
  const colors = new Map(shown.map((name, index) => [name, seriesColor(index)]));
  const turn = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <div className="chart-list">
      <input
        type="search"
        placeholder="Find a task"
        aria-label="Find a task"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="row">
        <button type="button" className="link" onClick={() => onChange(new Set())}>
          all
        </button>
        <button type="button" className="link" onClick={() => onChange(new Set(names))}>
          none
        </button>
      </div>
      <ul>
        {found.map((name) => (
          <li key={name}>
            <label className="check" title={name}>
              <input type="checkbox" checked={!hidden.has(name)} onChange={() => turn(name)} />
              <i className="dag-dot" style={{ background: colors.get(name) ?? "transparent" }} />
              <span>{name}</span>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
