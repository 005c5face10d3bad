import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, part } from "../../api/client";
import { useMay, useMe } from "../../api/session";
import { confirm } from "../../parts/confirm";
import { Icon } from "../../parts/Icon";
import { Menu } from "../../parts/Menu";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import type { Column, Filter } from "../../table/columns";
import { ListPage } from "../../table/ListPage";
import type { User } from "./account";
import { SetPassword, UserDialog } from "./UserDialog";

const filters: Filter[] = [
  { id: "q", label: "Search users", kind: "text" },
  { id: "role", label: "Role", kind: "text", extra: true },
];

type Shown = { kind: "new" } | { kind: "edit" | "password"; user: User } | null;

/** Who may use this server. */
export function Component() {
  const may = useMay();
  const me = useMe();
  const client = useQueryClient();
  const [shown, setShown] = useState<Shown>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["users"] });
  const remove = (user: User) =>
    confirm({
      title: `Delete ${user.username}?`,
      body: "The user's sessions and API tokens end at once. What the user did stays in the audit log.",
      action: "Delete",
      danger: true,
      run: async () => {
        await api.del(`/users/${part(user.username)}`);
        toast.done(`${user.username} is deleted`);
        await refresh();
      },
    });
  const activate = async (user: User) => {
    try {
      await api.patch(`/users/${part(user.username)}`, { active: !user.active });
      toast.done(`${user.username} ${user.active ? "can no longer log in" : "can log in"}`);
    } catch (error) {
      toast.error(`could not change ${user.username}`, error);
    }
    await refresh();
  };
  const columns: Column<User>[] = [
    { id: "username", title: "User name", sort: true, cell: (user) => <strong>{user.username}</strong> },
    { id: "first_name", title: "First name", sort: true, cell: (user) => user.first_name },
    { id: "last_name", title: "Last name", sort: true, cell: (user) => user.last_name },
    { id: "email", title: "E-mail", sort: true, wide: true, cell: (user) => user.email },
    {
      id: "roles",
      title: "Roles",
      wide: true,
      cell: (user) => (
        <span className="row wrap">
          {user.roles.map((role) => (
            <span key={role} className="tag">
              {role}
            </span>
          ))}
        </span>
      ),
    },
    {
      id: "active",
      title: "Active",
      sort: true,
      cell: (user) => (
        <>
          <span className={user.active ? "tag good" : "tag danger"}>{user.active ? "active" : "inactive"}</span>
          {user.must_change_password && <span className="tag warning">new password due</span>}
        </>
      ),
    },
    { id: "source", title: "From", cell: (user) => (user.source === "ldap" ? "LDAP" : "here") },
    { id: "last_login", title: "Last login", sort: true, cell: (user) => <Time value={user.last_login} ago /> },
    {
      id: "actions",
      title: "",
      align: "right",
      cell: (user) => {
        const items = [
          ...(may("edit", "Users")
            ? [
                { label: "Edit", onSelect: () => setShown({ kind: "edit", user }) },
                ...(user.source === "database"
                  ? [{ label: "Set a password", onSelect: () => setShown({ kind: "password", user }) }]
                  : []),
                {
                  label: user.active ? "Deactivate" : "Activate",
                  onSelect: () => void activate(user),
                  disabled: user.username === me.user.username,
                },
              ]
            : []),
          ...(may("delete", "Users") && user.username !== me.user.username
            ? [{ label: "Delete…", danger: true, separated: true, onSelect: () => void remove(user) }]
            : []),
        ];
        return (
          items.length > 0 && (
            <Menu align="right" title={`More of ${user.username}`} label={<Icon name="more" />} items={items} />
          )
        );
      },
    },
  ];
  return (
    <>
      <ListPage
        title="Users"
        list="users"
        path="/users"
        plural="users"
        columns={columns}
        rowKey={(user) => user.username}
        filters={filters}
        sort="username"
        actions={
          may("create", "Users") && (
            <button className="primary" onClick={() => setShown({ kind: "new" })}>
              <Icon name="plus" /> Add user
            </button>
          )
        }
      />
      {shown?.kind === "new" && <UserDialog onClose={() => setShown(null)} onDone={() => void refresh()} />}
      {shown?.kind === "edit" && (
        <UserDialog user={shown.user} onClose={() => setShown(null)} onDone={() => void refresh()} />
      )}
      {shown?.kind === "password" && (
        <SetPassword user={shown.user} onClose={() => setShown(null)} onDone={() => void refresh()} />
      )}
    </>
  );
}
