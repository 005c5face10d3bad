import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, part, wordsOf } from "../../api/client";
import { meQuery, useMay } from "../../api/session";
import type { Permission } from "../../api/types";
import { toast } from "../../parts/toast";
import { permissionKey, permissionOf, type Role } from "./account";
import { DagPermissions } from "./DagPermissions";
import { Matrix } from "./Matrix";
import "./security.css";

/** Shows what a role permits, and changes it where that may be done. Built-in roles stay as they are. */
export function RoleEditor({
  all,
  role,
  permissions,
}: {
  all: Permission[];
  role: Role | null;
  permissions: Permission[];
}) {
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(role?.name ?? "");
  const [chosen, setChosen] = useState(() => new Set(permissions.map(permissionKey)));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const fixed = role ? role.built_in || !may("edit", "Roles") : !may("create", "Roles");
  const set = (keys: string[], on: boolean) => {
    const next = new Set(chosen);
    keys.forEach((key) => (on ? next.add(key) : next.delete(key)));
    setChosen(next);
  };
  const save = async () => {
    setBusy(true);
    setError(null);
    const body = { permissions: [...chosen].map(permissionOf) };
    try {
      if (role) await api.patch(`/roles/${part(role.name)}`, body);
      else await api.post("/roles", { name: name.trim(), ...body });
      toast.done(`the role ${name} is saved`);
      await client.invalidateQueries({ queryKey: ["roles"] });
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      await navigate("/security/roles");
    } catch (failure) {
      setError(wordsOf(failure));
      setBusy(false);
    }
  };
  return (
    <>
      <div className="page-head">
        <h1>{role ? `Role ${role.name}` : "New role"}</h1>
        {role?.built_in && <span className="tag">built in, cannot be changed</span>}
        <span className="grow" />
        {role?.built_in && may("create", "Roles") && (
          <Link className="button" to={`/security/roles/new?from=${part(role.name)}`}>
            Copy as a new role
          </Link>
        )}
        <Link className="button" to="/security/roles">
          {fixed ? "Back" : "Cancel"}
        </Link>
        {!fixed && (
          <button className="primary" disabled={busy || name.trim() === ""} onClick={() => void save()}>
            {busy ? "Saving…" : "Save"}
          </button>
        )}
      </div>
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <div className="stack">
        {!role && (
          <label className="field role-name">
            <span>Name</span>
            <input required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
          </label>
        )}
        <DagPermissions chosen={chosen} set={set} fixed={fixed} />
        <Matrix all={all} chosen={chosen} set={set} fixed={fixed} />
      </div>
    </>
  );
}
