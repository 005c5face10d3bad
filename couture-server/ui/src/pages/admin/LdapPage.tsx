import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, wordsOf } from "../../api/client";
import { useMay } from "../../api/session";
import type { Schema } from "../../api/types";
import { Answer } from "../../parts/Answer";
import { Field } from "../../form/Form";
import { Settings } from "./Settings";
import "./admin.css";

type Ldap = Schema<"LdapBody">;

/** How users of a directory server log in, and a way to try it. */
export function Component() {
  const may = useMay();
  const answer = useQuery({ queryKey: ["ldap"], queryFn: () => api.get<Ldap>("/ldap") });
  return (
    <main className="page">
      <div className="page-head">
        <h1>LDAP Configuration</h1>
      </div>
      <Answer query={answer}>
        {(ldap) => (
          <div className="stack">
            {ldap.enabled ? <State ldap={ldap} /> : <HowTo ldap={ldap} />}
            {hasServer(ldap) && may("edit", "Cluster Configurations") && <TryLogin />}
            <section className="card">
              <h2>Settings</h2>
              <p className="soft">
                From section <code>ldap</code> of couture.toml, or from the environment.
              </p>
              <Settings settings={ldap.settings} />
            </section>
          </div>
        )}
      </Answer>
    </main>
  );
}

const hasServer = ({ settings }: Ldap) =>
  settings.some(({ key, value }) => key === "auth_ldap_server" && !["", '""', null].includes(value as string | null));

function State({ ldap: { clear_text, error } }: { ldap: Ldap }) {
  return (
    <section className="card">
      <p className="row wrap">
        <span className="tag good">on: users log in with it</span>
        {clear_text && <span className="tag warning">passwords go to it unencrypted</span>}
      </p>
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

const EXAMPLE = `[auth]
auth_type = "AUTH_LDAP"

[ldap]
auth_ldap_server = "ldaps://directory.example.com"
auth_ldap_search = "ou=users,dc=example,dc=com"`;

/** While it is off, nothing is wrong: how it is turned on. */
function HowTo({ ldap }: { ldap: Ldap }) {
  return (
    <section className="card">
      <h2>LDAP is off</h2>
      <p className="soft">
        Users log in with the passwords of this server. To let a directory server decide, put this into couture.toml
        with your own addresses, and start the server again:
      </p>
      <pre className="ldap-example" tabIndex={0}>
        {EXAMPLE}
      </pre>
      {hasServer(ldap) && ldap.error && <p className="soft">Before that, mend this: {ldap.error}.</p>}
    </section>
  );
}

function TryLogin() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ status: boolean; message: string } | null>(null);
  const ask = async (body: Record<string, string>) => {
    setBusy(true);
    setResult(null);
    try {
      setResult(await api.post<{ status: boolean; message: string }>("/ldap/test", body));
    } catch (error) {
      setResult({ status: false, message: wordsOf(error) });
    }
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void ask({ username, password });
  };
  return (
    <section className="card">
      <h2>Try a login</h2>
      <p className="soft">Asks the directory server as a login would. Nobody is logged in.</p>
      <form className="try-login" onSubmit={submit}>
        <Field label="User name">
          <input
            required
            autoComplete="off"
            spellCheck={false}
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </Field>
        <Field label="Password">
          <input
            type="password"
            required
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <button disabled={busy}>{busy ? "Asking…" : "Try"}</button>
        <button type="button" className="ghost" disabled={busy} onClick={() => void ask({})}>
          Only ask whether it answers
        </button>
      </form>
      {result && (
        <p role="alert" className={result.status ? "good-text" : "error-text"}>
          {result.message}
        </p>
      )}
    </section>
  );
}
