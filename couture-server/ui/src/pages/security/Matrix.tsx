import type { Permission } from "../../api/types";
import { permissionKey } from "./account";
import { grouped, MEANINGS } from "./resources";

const ACTIONS = [
  ["can_read", "Read"],
  ["can_create", "Create"],
  ["can_edit", "Edit"],
  ["can_delete", "Delete"],
] as const;

export interface Choice {
  chosen: ReadonlySet<string>;
  set: (keys: string[], on: boolean) => void;
  fixed: boolean;
}

/** What can be permitted, a row each resource; a box where the resource has the action. */
export function Matrix({ all, chosen, set, fixed }: Choice & { all: Permission[] }) {
  const general = all.filter(({ resource }) => resource !== "all_dags" && !resource.startsWith("DAG:"));
  const resources = [...new Set(general.map(({ resource }) => resource))];
  const exists = new Set(general.map(permissionKey));
  return (
    <section className="card">
      <h2>What may be done</h2>
      <p className="soft">
        For runs, task instances, logs and XComs, both counts: the permission here, and the DAG above.
      </p>
      <div className="matrices">
        {grouped(resources).map(({ title, hint, resources: inside }) => (
          <div key={title}>
            <table className="matrix">
              <thead>
                <tr>
                  <th scope="col">{title}</th>
                  {ACTIONS.map(([action, label]) => (
                    <th key={action} scope="col">
                      {label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {inside.map((resource) => (
                  <Row key={resource} {...{ resource, exists, chosen, set, fixed }} />
                ))}
              </tbody>
            </table>
            {hint && <p className="faint">{hint}</p>}
          </div>
        ))}
      </div>
      {!fixed && (
        <p className="row">
          <button className="link" onClick={() => set([...exists], true)}>
            Permit all of these
          </button>
          <button className="link" onClick={() => set([...exists], false)}>
            None
          </button>
          <button
            className="link"
            onClick={() =>
              set(
                [...exists].filter((key) => key.startsWith("can_read ")),
                true,
              )
            }
          >
            All reading
          </button>
        </p>
      )}
    </section>
  );
}

function Row({ resource, exists, chosen, set, fixed }: Choice & { resource: string; exists: ReadonlySet<string> }) {
  return (
    <tr>
      <th scope="row">
        {resource}
        {MEANINGS[resource] && <span className="faint matrix-meaning">{MEANINGS[resource]}</span>}
      </th>
      {ACTIONS.map(([action, label]) => {
        const key = permissionKey({ action, resource });
        return (
          <td key={action}>
            {exists.has(key) && (
              <input
                type="checkbox"
                aria-label={`${label} ${resource}`}
                disabled={fixed}
                checked={chosen.has(key)}
                onChange={(event) => set([key], event.target.checked)}
              />
            )}
          </td>
        );
      })}
    </tr>
  );
}
