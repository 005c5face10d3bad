import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, part } from "../../api/client";
import { useMay } from "../../api/session";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import type { Column } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import type { Role } from "./account";

/** What users may do, by role. */
export function Component() {
  const may = useMay();
  const client = useQueryClient();
  const remove = (role: Role) =>
    confirm({
      title: `Delete the role ${role.name}?`,
      body: role.users > 0 ? `${role.users} users have it, and lose what it permits.` : "Nobody has it.",
      action: "Delete",
      danger: true,
      run: async () => {
        await api.del(`/roles/${part(role.name)}`);
        toast.done(`${role.name} is deleted`);
        await client.invalidateQueries({ queryKey: ["roles"] });
      },
    });
  const columns: Column<Role>[] = [
    {
      id: "name",
      title: "Role",
      sort: true,
      cell: (role) => (
        <>
          <Link className="underlined" to={`/security/roles/${part(role.name)}`}>
            {role.name}
          </Link>{" "}
          {role.built_in && <span className="tag">built in</span>}
        </>
      ),
    },
    {
      id: "users",
      title: "Users",
      align: "right",
      cell: (role) => (
        <Link className="underlined" to={`/security/users?role=${part(role.name)}`}>
          {role.users}
        </Link>
      ),
    },
    { id: "permissions", title: "Permissions", align: "right", cell: (role) => role.permissions.length },
    { id: "dags", title: "DAGs", wide: true, cell: (role) => dagsOf(role) },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (role) => (
        <span className="row-actions">
          {may("create", "Roles") && (
            <Link
              className="button ghost"
              to={`/security/roles/new?from=${part(role.name)}`}
              title={`Copy ${role.name}`}
              aria-label={`Copy ${role.name}`}
            >
              <Icon name="copy" />
            </Link>
          )}
          {may("delete", "Roles") && !role.built_in && (
            <button
              className="ghost"
              title={`Delete ${role.name}`}
              aria-label={`Delete ${role.name}`}
              onClick={() => void remove(role)}
            >
              <Icon name="trash" />
            </button>
          )}
        </span>
      ),
    },
  ];
  return (
    <ListPage
      title="Roles"
      list="roles"
      path="/roles"
      plural="roles"
      columns={columns}
      rowKey={(role) => role.name}
      sort="name"
      actions={
        may("create", "Roles") && (
          <Link className="button primary" to="/security/roles/new">
            <Icon name="plus" /> Add role
          </Link>
        )
      }
    />
  );
}

function dagsOf(role: Role): string {
  const on = (action: string) => {
    const resources = role.permissions.filter((one) => one.action === action).map((one) => one.resource);
    if (resources.includes("all_dags")) return "all";
    return resources
      .filter((one) => one.startsWith("DAG:"))
      .map((one) => one.slice(4))
      .join(", ");
  };
  const [edits, reads] = [on("can_edit"), on("can_read")];
  return [reads && `reads ${reads}`, edits && `edits ${edits}`].filter(Boolean).join("; ") || "none";
}
