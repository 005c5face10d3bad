import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { api, part } from "../../api/client";
import type { Schema } from "../../api/types";
import { Answer } from "../../parts/Answer";
import type { Role } from "./account";
import { RoleEditor } from "./RoleEditor";

type Permissions = Schema<"PermissionList">;

/** One role: what it permits. `new` is one that is not there yet, a copy of `from` if that is given. */
export function Component() {
  const { role: name = "new" } = useParams();
  const [params] = useSearchParams();
  const isNew = name === "new";
  const source = isNew ? params.get("from") : name;
  const all = useQuery({
    queryKey: ["permissions"],
    queryFn: () => api.get<Permissions>("/permissions"),
  });
  const role = useQuery({
    queryKey: ["roles", source],
    queryFn: () => api.get<Role>(`/roles/${part(source ?? "")}`),
    enabled: source !== null,
  });
  return (
    <main className="page">
      <Answer query={all}>
        {({ permissions }) =>
          source === null ? (
            <RoleEditor all={permissions} role={null} permissions={[]} />
          ) : (
            <Answer query={role}>
              {(found) => (
                <RoleEditor
                  key={found.name}
                  all={permissions}
                  role={isNew ? null : found}
                  permissions={found.permissions}
                />
              )}
            </Answer>
          )
        }
      </Answer>
    </main>
  );
}
