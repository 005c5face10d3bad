import { useDeferredValue, useMemo, useState } from "react";
import type { Laid } from "./shape";

/** The nodes whose names or operators hold what is sought, and which of them is looked at. */
export function useSearch(laid: Laid | null) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const sought = useDeferredValue(text.trim().toLowerCase());
  const hits = useMemo(() => {
    if (!laid || !sought) return [];
    return laid.boxes
      .filter(({ node }) =>
        [node.id, node.label, node.operator ?? ""].some((word) => word.toLowerCase().includes(sought)),
      )
      .map(({ node }) => node.id);
  }, [laid, sought]);
  const found = useMemo(() => (sought ? new Set(hits) : null), [hits, sought]);
  const place = hits.length ? ((at % hits.length) + hits.length) % hits.length : 0;
  return {
    text,
    setText,
    found,
    hits,
    place,
    current: hits[place],
    step: (by: number) => setAt(place + by),
    restart: () => setAt(0),
  };
}

export function Search({ search }: { search: ReturnType<typeof useSearch> }) {
  const { text, setText, hits, place, step, restart } = search;
  return (
    <span className="dag-search" role="search">
      <input
        type="search"
        placeholder="Find a task"
        aria-label="Find a task in the graph"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          restart();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") setText("");
        }}
      />
      {text.trim() && (
        <span className="faint number" role="status">
          {hits.length ? `${place + 1} of ${hits.length}` : "none"}
        </span>
      )}
    </span>
  );
}
