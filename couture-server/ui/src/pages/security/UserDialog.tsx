import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, part } from "../../api/client";
import type { Schema } from "../../api/types";
import { Field, FormDialog } from "../../form/Form";
import { toast } from "../../parts/toast";
import type { User } from "./account";
import "./security.css";

/** Makes a user, or changes one. */
export function UserDialog({ user, onClose, onDone }: { user?: User; onClose: () => void; onDone: () => void }) {
  const [username, setUsername] = useState(user?.username ?? "");
  const [first_name, setFirst] = useState(user?.first_name ?? "");
  const [last_name, setLast] = useState(user?.last_name ?? "");
  const [email, setEmail] = useState(user?.email ?? "");
  const [roles, setRoles] = useState<string[]>(user?.roles ?? []);
  const [password, setPassword] = useState("");
  const [must_change_password, setMust] = useState(true);
  const [source, setSource] = useState<"database" | "ldap">("database");
  const all = useQuery({
    queryKey: ["roles", "names"],
    queryFn: () => api.get<Schema<"RoleList">>("/roles", { limit: 1000, order_by: "name" }),
  });
  const save = async () => {
    if (user) {
      await api.patch(`/users/${part(user.username)}`, { first_name, last_name, email, roles });
      toast.done(`${user.username} is changed`);
    } else {
      const login = source === "database" ? { password, must_change_password } : {};
      await api.post("/users", { username, first_name, last_name, email, roles, source, ...login });
      toast.done(`${username} can log in`);
    }
    onDone();
  };
  const toggle = (role: string, on: boolean) => setRoles(on ? [...roles, role] : roles.filter((one) => one !== role));
  return (
    <FormDialog
      title={user ? `Edit ${user.username}` : "Add user"}
      action={user ? "Save" : "Add"}
      valid={username.trim() !== "" && (user !== undefined || source === "ldap" || password !== "")}
      onClose={onClose}
      save={save}
    >
      {!user && (
        <div className="fields">
          <Field label="User name">
            <input
              required
              autoFocus
              spellCheck={false}
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          </Field>
          <Field label="Password is checked by">
            <select value={source} onChange={(event) => setSource(event.target.value === "ldap" ? "ldap" : "database")}>
              <option value="database">This server</option>
              <option value="ldap">LDAP</option>
            </select>
          </Field>
        </div>
      )}
      <div className="fields">
        <Field label="First name">
          <input value={first_name} onChange={(event) => setFirst(event.target.value)} />
        </Field>
        <Field label="Last name">
          <input value={last_name} onChange={(event) => setLast(event.target.value)} />
        </Field>
      </div>
      <Field label="E-mail">
        <input type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
      </Field>
      {!user && source === "database" && (
        <>
          <Field label="Password">
            <input
              type="password"
              autoComplete="new-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
          <label className="check field">
            <input type="checkbox" checked={must_change_password} onChange={(event) => setMust(event.target.checked)} />
            To be changed at the first login
          </label>
        </>
      )}
      <fieldset className="choices">
        <legend>Roles</legend>
        {all.data?.roles.map((role) => (
          <label key={role.name} className="check">
            <input
              type="checkbox"
              checked={roles.includes(role.name)}
              onChange={(event) => toggle(role.name, event.target.checked)}
            />
            {role.name}
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}

/** Gives a user a new password, which is to be changed at the next login. */
export function SetPassword({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: () => void }) {
  const [password, setPassword] = useState("");
  return (
    <FormDialog
      title={`A new password for ${user.username}`}
      action="Set"
      valid={password !== ""}
      onClose={onClose}
      save={async () => {
        await api.post(`/users/${part(user.username)}/password`, { new_password: password });
        toast.done(`${user.username} has a new password, and must change it at the next login`);
        onDone();
      }}
    >
      <Field label="New password" hint="All sessions of this user end.">
        <input
          type="password"
          autoComplete="new-password"
          autoFocus
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
