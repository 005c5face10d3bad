import { useQuery } from "@tanstack/react-query";
import { wordsOf } from "../../api/client";
import { Answer, Empty } from "../../parts/Answer";
import { Json } from "../../parts/Json";
import { Time } from "../../parts/Time";
import type { InstanceKey } from "../data/paths";
import { xcomQuery, xcomsQuery } from "../data/queries";
import { Copy } from "./Rendered";

/** What the instance told others. */
export function XComs({ instance }: { instance: InstanceKey }) {
  const query = useQuery(xcomsQuery(instance));
  return (
    <Answer query={query}>
      {({ xcom_entries }) =>
        xcom_entries.length === 0 ? (
          <Empty title="No XComs.">What the task returns or pushes appears here.</Empty>
        ) : (
          xcom_entries.map((entry) => (
            <section key={`${entry.key}\n${entry.map_index}`} className="dag-value">
              <header>
                <h3>{entry.key}</h3>
                <span className="faint">
                  <Time value={entry.timestamp} />
                </span>
              </header>
              <Value instance={instance} name={entry.key} />
            </section>
          ))
        )
      }
    </Answer>
  );
}

function Value({ instance, name }: { instance: InstanceKey; name: string }) {
  const query = useQuery(xcomQuery(instance, name));
  if (query.isError) return <p className="error-text">{wordsOf(query.error)}</p>;
  if (!query.data) return <p className="faint">…</p>;
  const { value } = query.data;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <>
      {typeof value === "string" ? <pre>{value}</pre> : <Json value={value} />}
      <Copy text={text ?? ""} />
    </>
  );
}
