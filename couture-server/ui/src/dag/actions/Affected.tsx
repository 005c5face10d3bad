import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { wordsOf } from "../../api/client";
import type { Schema } from "../../api/types";
import { StateBadge } from "../../parts/StateBadge";

/** An instance as a dry run names it. */
export type AffectedInstance = Schema<"AffectedList">["task_instances"][number];

const SHOWN = 200;

/** What an action would reach, asked of the server without doing it. */
export function useAffected(
  key: readonly unknown[],
  ask: (signal: AbortSignal) => Promise<{ task_instances: AffectedInstance[] }>,
) {
  return useQuery({
    queryKey: ["affected", ...key],
    queryFn: ({ signal }) => ask(signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

/** The list of what will be reached. */
export function AffectedList({ query, verb }: { query: ReturnType<typeof useAffected>; verb: string }) {
  if (query.isError) {
    return (
      <p className="error-text" role="alert">
        {wordsOf(query.error)}
      </p>
    );
  }
  if (!query.data) return <p className="faint">Looking what will be {verb}…</p>;
  const { task_instances: all } = query.data;
  if (all.length === 0) return <p className="soft">Nothing here can be {verb} with these options.</p>;
  return (
    <section className="dag-affected" aria-label={`What will be ${verb}`} aria-busy={query.isPlaceholderData}>
      <h3>
        {all.length} {all.length === 1 ? "task instance" : "task instances"} will be {verb}
      </h3>
      <div className="dag-affected-list" tabIndex={0} role="region" aria-label="Task instances">
        <table className="dag-table">
          <thead>
            <tr>
              <th>Task</th>
              <th>Run</th>
              <th>State now</th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, SHOWN).map((one) => (
              <tr key={`${one.dag_run_id}\n${one.task_id}\n${one.map_index ?? -1}`}>
                <td>
                  {one.task_id}
                  {(one.map_index ?? -1) >= 0 && ` [${one.map_index}]`}
                </td>
                <td>{one.dag_run_id}</td>
                <td>
                  <StateBadge state={one.state} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {all.length > SHOWN && <p className="faint">and {all.length - SHOWN} more</p>}
      </div>
    </section>
  );
}
