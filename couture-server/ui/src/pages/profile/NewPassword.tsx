import { useState, type FormEvent } from "react";
import { fetchRaw, setCsrfToken, wordsOf } from "../../api/client";

/** The fields that change one's own password. */
export function NewPassword({ onDone }: { onDone: () => unknown }) {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const differs = again !== "" && again !== fresh;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { old_password: old, new_password: fresh };
      const answer = await fetchRaw("POST", "/auth/me/password", body, { quiet: true });
      // Every session ended, and this tab got a new one.
      const token = answer.headers.get("x-csrf-token");
      if (token) setCsrfToken(token);
      setOld("");
      setFresh("");
      setAgain("");
      await onDone();
    } catch (failure) {
      setError(wordsOf(failure));
    }
    setBusy(false);
  };
  const field = (label: string, value: string, set: (text: string) => void, autoComplete: string) => (
    <label className="field">
      <span>{label}</span>
      <input
        type="password"
        required
        autoComplete={autoComplete}
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
  return (
    <form onSubmit={(event) => void submit(event)}>
      {field("Current password", old, setOld, "current-password")}
      {field("New password", fresh, setFresh, "new-password")}
      {field("New password, once more", again, setAgain, "new-password")}
      {differs && <p className="error-text">These two differ.</p>}
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <button className="primary" disabled={busy || !old || !fresh || again !== fresh}>
        {busy ? "Saving…" : "Change password"}
      </button>
    </form>
  );
}
