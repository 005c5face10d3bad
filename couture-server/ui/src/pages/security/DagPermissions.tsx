import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { Schema } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { containing } from "../../table/columns";
import { SearchField } from "../../table/Filters";
import { permissionKey } from "./account";
import type { Choice } from "./Matrix";

const read = (resource: string) => permissionKey({ action: "can_read", resource });
const edit = (resource: string) => permissionKey({ action: "can_edit", resource });

/** Which DAGs a role sees and may change: all of them, or each by name. */
export function DagPermissions({ chosen, set, fixed }: Choice) {
  const dags = [
    ...new Set([...chosen].map((key) => key.split(" ").slice(1).join(" ")).filter((one) => one.startsWith("DAG:"))),
  ].sort();
  const row = (resource: string, label: React.ReactNode) => (
    <tr key={resource}>
      <th scope="row">{label}</th>
      <td>
        <input
          type="checkbox"
          aria-label={`Read ${resource}`}
          disabled={fixed}
          checked={chosen.has(read(resource)) || chosen.has(edit(resource))}
          onChange={(event) =>
            event.target.checked ? set([read(resource)], true) : set([read(resource), edit(resource)], false)
          }
        />
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={`Edit ${resource}`}
          disabled={fixed}
          checked={chosen.has(edit(resource))}
          onChange={(event) =>
            set(event.target.checked ? [read(resource), edit(resource)] : [edit(resource)], event.target.checked)
          }
        />
      </td>
      <td>
        {!fixed && resource !== "all_dags" && (
          <button
            className="ghost"
            aria-label={`Remove ${resource}`}
            onClick={() => set([read(resource), edit(resource)], false)}
          >
            <Icon name="close" size={12} />
          </button>
        )}
      </td>
    </tr>
  );
  return (
    <section className="card">
      <h2>DAGs</h2>
      <p className="soft">
        Whoever may edit a DAG may trigger, clear and mark its runs, where “What may be done” permits that.
      </p>
      <table className="matrix">
        <thead>
          <tr>
            <th scope="col">DAG</th>
            <th scope="col">Read</th>
            <th scope="col">Edit</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {row("all_dags", <em>All DAGs, also future ones</em>)}
          {dags.map((resource) => row(resource, <code>{resource.slice(4)}</code>))}
        </tbody>
      </table>
      {!fixed && <AddDag add={(id) => set([read(`DAG:${id}`)], true)} />}
    </section>
  );
}

function AddDag({ add }: { add: (id: string) => void }) {
  const [text, setText] = useState("");
  const found = useQuery({
    queryKey: ["dags", "names", text],
    queryFn: () =>
      api.get<Schema<"DagList">>("/dags", { dag_id_pattern: containing(text), limit: 12, order_by: "dag_id" }),
    enabled: text !== "",
  });
  const ids = found.data?.dags.map((dag) => dag.dag_id) ?? [];
  return (
    <div className="stack add-dag">
      <SearchField label="Add a DAG" value={text} onChange={setText} />
      {text !== "" && (
        <div className="row wrap">
          {ids.map((id) => (
            <button
              key={id}
              onClick={() => {
                add(id);
                setText("");
              }}
            >
              <Icon name="plus" size={12} /> {id}
            </button>
          ))}
          {found.data && !ids.includes(text) && (
            <button
              className="ghost"
              onClick={() => {
                add(text);
                setText("");
              }}
            >
              Add “{text}”, which is not there yet
            </button>
          )}
        </div>
      )}
    </div>
  );
}
