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
      <p className="soft">
        Set in section <code>ldap</code> of couture.toml, or by environment variables (<code>COUTURE__LDAP__…</code>).
      </p>
      <div className="stack">
        <Answer query={answer}>
          {({ enabled, clear_text, error, settings }) => (
            <section className="card">
              <p className="row wrap">
                <span className={enabled ? "tag good" : "tag"}>
                  {enabled ? "users log in with it" : "not used: auth.auth_type is not AUTH_LDAP"}
                </span>
                {clear_text && <span className="tag warning">passwords go to it unencrypted</span>}
              </p>
              {error && <p className="error-text">{error}</p>}
              <Settings settings={settings} />
            </section>
          )}
        </Answer>
        {may("edit", "Cluster Configurations") && <TryLogin />}
      </div>
    </main>
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
