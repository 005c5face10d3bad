import { StateBadge, TASK_STATES } from "../../parts/StateBadge";

/** The colours of the states. */
export function Legend() {
  return (
    <ul className="dag-legend" aria-label="Colours of the states">
      {TASK_STATES.map((state) => (
        <li key={state}>
          <StateBadge state={state} />
        </li>
      ))}
    </ul>
  );
}
