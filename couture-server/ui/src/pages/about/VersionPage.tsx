import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { Answer } from "../../parts/Answer";
import { Time } from "../../parts/Time";
import "./about.css";

type Version = Schema<"VersionInfo">;
type Health = Schema<"HealthInfo">;

const PARTS: [Exclude<keyof Health, "up_since">, string][] = [
  ["metadatabase", "Database"],
  ["scheduler", "Scheduler"],
  ["dag_processor", "DAG files"],
  ["data_folder", "Data folder"],
];

/** Which version runs here, and how it is. */
export function Component() {
  const may = useMay();
  const version = useQuery({
    queryKey: ["version"],
    queryFn: () => api.get<Version>("/version"),
    enabled: may("read", "Version"),
  });
  const health = useQuery({ queryKey: ["health"], queryFn: () => api.get<Health>("/monitor/health"), staleTime: 0 });
  return (
    <main className="page about">
      <div className="about-mark">
        <img src="/mark.svg" alt="" width={56} height={56} />
        <div>
          <h1>Couture</h1>
          <p className="soft">Author, schedule and monitor workflows.</p>
        </div>
      </div>
      <section className="card facts">
        <dl>
          <dt>Version</dt>
          <dd>
            {version.data?.version ?? "–"} {version.data?.git_version && <code>{version.data.git_version}</code>}
          </dd>
          <dt>API</dt>
          <dd>
            <a href="/openapi.json">/openapi.json</a>, under <code>/api/v2</code>
          </dd>
          <dt>Licence</dt>
          <dd>Apache 2.0</dd>
        </dl>
      </section>
      <h2 className="section">How it is</h2>
      <Answer query={health}>
        {(data) => (
          <section className="card facts">
            <dl>
              <dt>Up since</dt>
              <dd>
                <Time value={data.up_since} />
              </dd>
              {PARTS.map(([name, label]) => {
                const part = data[name];
                return (
                  <div key={name} className="fact">
                    <dt>{label}</dt>
                    <dd>
                      <span className={part.status === "healthy" ? "tag good" : "tag danger"}>{part.status}</span>{" "}
                      {"error" in part && part.error && <span className="error-text">{part.error}</span>}
                    </dd>
                  </div>
                );
              })}
            </dl>
          </section>
        )}
      </Answer>
    </main>
  );
}
