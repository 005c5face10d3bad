// What a test asks of the server beside the page.

import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { settings } from "./settings";

const DAGS = fileURLToPath(new URL("../dags", import.meta.url));
let token: string | null = null;

async function bearer(): Promise<string> {
  if (token) return token;
  const response = await fetch(`${settings.url}/auth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "superadmin", password: settings.password }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(`no token: ${JSON.stringify(answer)}`);
  token = answer.access_token;
  return token;
}

/** A call of the API that must succeed. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${settings.url}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${await bearer()}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Asks again until there is an answer. */
export async function eventually<T>(what: string, ask: () => Promise<T | null | undefined | false>): Promise<T> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`${what} did not come to be`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Puts a file of `dags` (or a text) into the server's folder, and waits until each of `dagIds` is there. */
export async function addDags(name: string, dagIds: string[], content?: string): Promise<void> {
  const folder = join(settings.data, "dags");
  mkdirSync(folder, { recursive: true });
  const fresh = join(folder, `.${name}.fresh`);
  if (content === undefined) cpSync(join(DAGS, name), fresh);
  else writeFileSync(fresh, content);
  renameSync(fresh, join(folder, name));
  for (const dagId of dagIds) {
    await eventually(`the DAG ${dagId}`, () => call("GET", `/dags/${dagId}`).catch(() => null));
  }
}

export async function unpause(dagId: string): Promise<void> {
  await call("PATCH", `/dags/${dagId}`, { is_paused: false });
}

/** Starts a run and waits for its end. */
export async function runToEnd(dagId: string, body: object = {}): Promise<{ runId: string; state: string }> {
  const { dag_run_id: runId } = await call<{ dag_run_id: string }>("POST", `/dags/${dagId}/dagRuns`, {
    logical_date: null,
    ...body,
  });
  const state = await eventually("the end of a run", async () => {
    const run = await call<{ state: string }>("GET", `/dags/${dagId}/dagRuns/${encodeURIComponent(runId)}`);
    return ["success", "failed"].includes(run.state) && run.state;
  });
  return { runId, state };
}
