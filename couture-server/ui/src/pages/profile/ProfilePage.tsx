import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { NavLink, Outlet } from "react-router";
import { api, wordsOf } from "../../api/client";
import { meQuery, useMay, useMe } from "../../api/session";
import { Field } from "../../form/Form";
import { Time } from "../../parts/Time";
import { toast } from "../../parts/toast";
import { NewPassword } from "./NewPassword";
import "./profile.css";

/** The frame of one's own pages. */
export function Component() {
  return (
    <main className="page profile">
      <div className="page-head">
        <h1>Your account</h1>
      </div>
      <nav className="tabs" aria-label="Your account">
        <NavLink className="tab" to="/profile" end>
          Profile
        </NavLink>
        <NavLink className="tab" to="/profile/tokens">
          API tokens
        </NavLink>
        <NavLink className="tab" to="/profile/sessions">
          Sessions
        </NavLink>
      </nav>
      <Outlet />
    </main>
  );
}

/** Who one is, and one's password. */
export function Profile() {
  const { user } = useMe();
  const may = useMay();
  const client = useQueryClient();
  return (
    <div className="profile-cards">
      <section className="card">
        <h2>Profile</h2>
        <div className="facts">
          <dl>
            <dt>User name</dt>
            <dd>{user.username}</dd>
            <dt>Roles</dt>
            <dd>{user.roles.join(", ") || "none"}</dd>
            <dt>Logins</dt>
            <dd>
              {user.login_count}, last <Time value={user.last_login} />
            </dd>
            <dt>Password</dt>
            <dd>{user.source === "ldap" ? "checked by LDAP" : "kept here"}</dd>
          </dl>
        </div>
        {may("edit", "My Profile") && <Details />}
      </section>
      {user.source === "database" && may("edit", "My Password") && (
        <section className="card">
          <h2>Reset my password</h2>
          <p className="soft">All your other sessions and your personal tokens end.</p>
          <NewPassword
            onDone={async () => {
              toast.done("Your password is changed");
              await client.invalidateQueries({ queryKey: meQuery.queryKey });
            }}
          />
        </section>
      )}
    </div>
  );
}

function Details() {
  const { user } = useMe();
  const client = useQueryClient();
  const [first_name, setFirst] = useState(user.first_name ?? "");
  const [last_name, setLast] = useState(user.last_name ?? "");
  const [email, setEmail] = useState(user.email ?? "");
  const [error, setError] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try {
      await api.patch("/auth/me", { first_name, last_name, email });
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
      toast.done("Your profile is saved");
    } catch (failure) {
      setError(wordsOf(failure));
    }
  };
  return (
    <form className="profile-form" onSubmit={(event) => void save(event)}>
      <div className="fields">
        <Field label="First name">
          <input autoComplete="given-name" value={first_name} onChange={(event) => setFirst(event.target.value)} />
        </Field>
        <Field label="Last name">
          <input autoComplete="family-name" value={last_name} onChange={(event) => setLast(event.target.value)} />
        </Field>
      </div>
      <Field label="E-mail">
        <input type="email" autoComplete="email" value={email} onChange={(event) => setEmail(event.target.value)} />
      </Field>
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <button>Save</button>
    </form>
  );
}
