import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { Answer, Empty } from "../../parts/Answer";
import { SearchField } from "../../table/Filters";
import { Settings } from "./Settings";

type Config = Schema<"ConfigBody">;

/** The settings that this server runs with; secrets stay hidden. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const text = params.get("q") ?? "";
  const answer = useQuery({ queryKey: ["config"], queryFn: () => api.get<Config>("/config") });
  return (
    <main className="page">
      <div className="page-head">
        <h1>Configuration</h1>
        <span className="grow" />
        <SearchField
          label="Search settings"
          value={text}
          onChange={(value) => setParams(value ? { q: value } : {}, { replace: true })}
        />
      </div>
      <p className="soft">
        Set in couture.toml in the data folder, by environment variables (COUTURE__SECTION__KEY), or by flags.
      </p>
      <Answer query={answer} lines={12}>
        {({ sections }) => {
          const found = sections
            .map((section) => ({
              ...section,
              options: section.options.filter(({ key }) => `${section.name}.${key}`.includes(text.toLowerCase())),
            }))
            .filter(({ options }) => options.length > 0);
          if (found.length === 0) return <Empty title="No setting has such a name" />;
          return found.map((section) => (
            <section key={section.name} className="card config-section">
              <h2>{section.name}</h2>
              <Settings settings={section.options} />
            </section>
          ));
        }}
      </Answer>
    </main>
  );
}
