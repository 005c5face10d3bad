// Hostile names, descriptions, logs, XComs and notes are shown as text, never run. (Dialogs, uncaught errors and violations of the
// content security policy fail every test.)

import { expect, test } from "vitest";
import { at, loggedIn, newTab, picture, settled, useBrowser } from "./support/browser";
import { addDags, call, runToEnd, unpause } from "./support/server";
import { settings } from "./support/settings";

useBrowser();

const EVIL = "<img src=x onerror=alert(1)>";

test("what users write is text", async () => {
  await addDags("hostile.py", ["hostile"]);
  await unpause("hostile");
  const { runId, state } = await runToEnd("hostile", { dag_run_id: `evil ${EVIL}`, note: EVIL, conf: { evil: EVIL } });
  expect(state).toBe("success");
  const run = encodeURIComponent(runId);
  await call("PATCH", `/dags/hostile/dagRuns/${run}/taskInstances/tell`, { note: EVIL });
  const { page } = await loggedIn();
  const views = [
    "grid",
    "tree",
    "graph",
    "gantt",
    "durations",
    "tries",
    "landing-times",
    "calendar",
    "runs",
    "code",
    "variables",
    "details",
    "audit",
  ];
  for (const view of views) {
    await page.goto(at(`/dags/hostile/${view}?run=${run}&tab=run`));
    await page.getByText("evil <img").first().waitFor();
    await settled(page);
    expect(await page.locator("main img, main script, main b:has-text('tag'), aside img").count(), view).toBe(0);
  }
  for (const tab of ["log", "rendered", "xcom", "details", "tries"]) {
    await page.goto(at(`/dags/hostile/graph?run=${run}&task=tell&tab=${tab}`));
    await page.getByRole("tab", { selected: true }).waitFor();
    await settled(page);
    expect(await page.locator("main img, main script").count(), tab).toBe(0);
    if (tab === "log") await page.getByRole("log").getByText(EVIL).first().waitFor();
    await picture(page, `hostile-${tab}`);
  }
  await page.goto(at("/dags/hostile/trigger"));
  await page.getByLabel("evil").waitFor();
  await page.goto(at("/dags?paused=show"));
  await page.getByText("hostile").first().waitFor();
  await page.goto(at("/browse/runs"));
  await page.getByText("evil <img").first().waitFor();
  expect(await page.locator("main img, main script").count()).toBe(0);
});

test("a link that leads elsewhere is not followed", async () => {
  await addDags("hostile.py", ["hostile"]);
  const { page } = await loggedIn();
  for (const to of [
    "https://elsewhere.example/",
    "//elsewhere.example",
    "javascript:alert(1)",
    "/dags//elsewhere.example",
  ]) {
    const via = encodeURIComponent(JSON.stringify({ dag: "master", to }));
    await page.goto(at(`/dags/hostile/graph?via=${via}`));
    await page.locator('[data-task="tell"]').waitFor();
    expect(await page.getByRole("link", { name: "Back to" }).count(), to).toBe(0);
  }
});

test("a login does not lead elsewhere", async () => {
  const { page } = await newTab();
  await page.goto(at("/login?next=/%09/evil.example/x"));
  await page.getByLabel("User name").fill("superadmin");
  await page.getByLabel("Password").fill(settings.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "DAGs" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/dags");
});
