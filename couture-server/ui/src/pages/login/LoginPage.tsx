import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Navigate, useSearchParams } from "react-router";
import { api, setCsrfToken, wordsOf } from "../../api/client";
import { meQuery, useLogOut } from "../../api/session";
import { Skeleton } from "../../parts/Answer";
import { NewPassword } from "../profile/NewPassword";
import "./login.css";
import { targetOf } from "./next";

/** The way in, and the place where a password that must be changed is changed. */
export function Component() {
  const me = useQuery(meQuery);
  const client = useQueryClient();
  const logOut = useLogOut();
  const [params] = useSearchParams();
  const target = targetOf(params.get("next"), location.origin);

  if (me.isPending) return <Skeleton />;
  if (me.data?.user.must_change_password) {
    return (
      <Frame title="Choose a new password">
        <p className="soft">Your password was set by somebody else. Choose one that only you know.</p>
        <NewPassword onDone={() => client.invalidateQueries({ queryKey: meQuery.queryKey })} />
        <button className="link" onClick={() => void logOut()}>
          Log out
        </button>
      </Frame>
    );
  }
  if (me.data) return <Navigate to={target} replace />;
  return (
    <Frame title="Log in">
      <LoginForm error={me.isError ? wordsOf(me.error) : null} />
    </Frame>
  );
}

function Frame({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className="login">
      <section className="login-card">
        <div className="login-brand">
          <img src="/mark.svg" alt="" width={36} height={36} />
          <span>Couture</span>
        </div>
        <h1>{title}</h1>
        {children}
      </section>
    </main>
  );
}

function LoginForm({ error: first }: { error: string | null }) {
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(first);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const answer = await api.post<{ csrf_token: string }>("/auth/login", { username, password }, { quiet: true });
      setCsrfToken(answer.csrf_token);
      // Whatever somebody else saw in this tab is not this user's.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
      await client.fetchQuery({ ...meQuery, staleTime: 0 });
    } catch (failure) {
      setError(wordsOf(failure));
      setPassword("");
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>User name</span>
        <input
          name="username"
          autoComplete="username"
          autoFocus
          required
          spellCheck={false}
          autoCapitalize="none"
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
      </label>
      <label className="field">
        <span>Password</span>
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <button className="primary login-button" disabled={busy || !username || !password}>
        {busy ? "Logging in…" : "Log in"}
      </button>
    </form>
  );
}
