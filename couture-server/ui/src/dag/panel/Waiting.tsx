import { useQuery } from "@tanstack/react-query";
import { wordsOf } from "../../api/client";
import type { InstanceKey } from "../data/paths";
import { dependenciesQuery } from "../data/queries";

/** Why a task instance is not running. */
export function Waiting({ instance }: { instance: InstanceKey }) {
  const query = useQuery(dependenciesQuery(instance));
  if (query.isError) return <p className="error-text">{wordsOf(query.error)}</p>;
  if (!query.data) return null;
  const { dependencies } = query.data;
  return (
    <section className="dag-waiting" aria-label="Why it is not running">
      <h3>Why it is not running</h3>
      {dependencies.length === 0 ? (
        <p className="soft">Nothing holds it back: the scheduler starts it as soon as there is room.</p>
      ) : (
        <dl>
          {dependencies.map(({ name, reason }, index) => (
            <div key={index}>
              <dt>{name}</dt>
              <dd>{reason}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
