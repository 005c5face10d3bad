import { Link } from "react-router";
import { stateColor, stateWords } from "./StateBadge";

/** How many of what are in each state: small coloured marks with numbers, each a link to just these. */
export function StateCounts({
  counts,
  order,
  to,
  what,
}: {
  counts: Record<string, number> | null | undefined;
  order: readonly string[];
  to: (state: string) => string;
  what: string;
}) {
  const shown = order.filter((state) => (counts?.[state] ?? 0) > 0);
  if (shown.length === 0) return <span className="faint">–</span>;
  return (
    <span className="state-counts">
      {shown.map((state) => {
        const words = `${counts?.[state]} ${what} ${stateWords(state)}`;
        return (
          <Link key={state} to={to(state)} className="state-count" title={words} aria-label={words}>
            <span className="state-dot" style={{ background: stateColor(state) }} />
            {counts?.[state]}
          </Link>
        );
      })}
    </span>
  );
}
