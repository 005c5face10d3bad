import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, wordsOf } from "../../api/client";
import { Answer } from "../../parts/Answer";
import { Field } from "../../form/Form";
import { Json } from "../../parts/Json";
import "./admin.css";

/** How users of a directory server log in, and a way to try it. */
export function Component() {
  const answer = useQuery({ queryKey: ["ldap"], queryFn: () => api.get<Record<string, unknown>>("/ldap") });
  return (
    <main className="page">
      <div className="page-head">
        <h1>LDAP Configuration</h1>
      </div>
      <p className="soft">
        Set in section <code>ldap</code> of couture.toml, or by environment variables (<code>COUTURE__LDAP__…</code>).
      </p>
      <div className="stack">
        <Answer query={answer}>{(settings) => <Settings settings={settings} />}</Answer>
        <TryLogin />
      </div>
    </main>
  );
}

function Settings({ settings }: { settings: Record<string, unknown> }) {
  return (
    <section className="card facts">
      <dl>
        {Object.entries(settings).map(([name, value]) => (
          <div key={name} className="fact">
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              {value !== null && typeof value === "object" ? (
                <Json value={value} />
              ) : (
                <code>{value === null ? "–" : String(value)}</code>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function TryLogin() {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ error?: string; value?: unknown } | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setResult(null);
    try {
      setResult({ value: await api.post("/ldap/test", { username, password }) });
    } catch (error) {
      setResult({ error: wordsOf(error) });
    }
    setBusy(false);
  };
  return (
    <section className="card">
      <h2>Try a login</h2>
      <p className="soft">
        Asks the directory server as a login would, and shows which roles the user would get. Nobody is logged in.
      </p>
      <form className="try-login" onSubmit={(event) => void submit(event)}>
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
      </form>
      {result?.error && (
        <p className="error-text" role="alert">
          {result.error}
        </p>
      )}
      {result && !result.error && <Json value={result.value} open={3} />}
    </section>
  );
}
