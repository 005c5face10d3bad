// The lists: XComs and their values, the settings of LDAP, what is done to many rows at once, and a backfill.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accessible, at, loggedIn, picture, settled, useBrowser } from "./support/browser";
import { addDags, call, eventually, runToEnd, unpause } from "./support/server";

useBrowser();

const HOURLY = `dag_id: hourly
description: runs every hour
schedule: "0 * * * *"
start_date: 2026-01-01T00:00:00Z
catchup: false
tasks:
- task_id: one
  operator: {type: empty}
`;

async function confirmed(page: Page, action: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: action, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

test("XComs are found, looked at and deleted", async () => {
  await addDags("harbour.py", ["harbour"]);
  await unpause("harbour");
  await runToEnd("harbour", { dag_run_id: "first" });
  const { page } = await loggedIn();
  await page.goto(at("/admin/xcoms?dag_id=harbour&run_id=first&task_id=measure"));
  await page.getByRole("button", { name: "return_value" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("gauges").waitFor();
  await picture(page, "xcoms");
  await accessible(page, "XComs");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("checkbox", { name: "Select row 1" }).check();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await confirmed(page, "Delete");
  await expect.poll(() => page.getByRole("button", { name: "return_value" }).count()).toBe(0);
});

test("connections are imported", async () => {
  const { page } = await loggedIn();
  await page.goto(at("/admin/connections"));
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("or text").fill('["tides"]');
  await dialog.getByText(/^this must be/).waitFor();
  const file = { tides: "postgres://harbour:secret@db.example.com/tides", quay: { conn_type: "http", host: "quay" } };
  await dialog.getByLabel("or text").fill(JSON.stringify(file));
  await accessible(page, "an import");
  await dialog.getByRole("button", { name: "Import 2" }).click();
  for (const id of Object.keys(file)) await page.getByRole("button", { name: id, exact: true }).waitFor();
  const { host } = await call<{ host: string }>("GET", "/connections/tides");
  expect(host).toBe("db.example.com");
});

test("while LDAP is off, it is said how it is turned on", async () => {
  const { page } = await loggedIn();
  await page.goto(at("/admin/ldap"));
  await page.getByRole("heading", { name: "LDAP is off" }).waitFor();
  await page.getByText("auth_ldap_server").first().waitFor();
  await picture(page, "ldap");
  await accessible(page, "LDAP");
});

test("many runs and task instances are changed at once", async () => {
  await addDags("hourly.yaml", ["hourly"], HOURLY);
  await unpause("hourly");
  for (const id of ["a", "b", "c"]) await runToEnd("hourly", { dag_run_id: id });
  const stateOf = async (id: string) => (await call<{ state: string }>("GET", `/dags/hourly/dagRuns/${id}`)).state;
  const { page } = await loggedIn();
  await page.goto(at("/browse/runs?dag_id=hourly&run_type=manual"));
  await settled(page);
  await page.getByRole("checkbox", { name: "Select all rows of this page" }).check();
  await page.getByText("3 selected").waitFor();
  await picture(page, "bulk");
  await accessible(page, "bulk actions");
  await page.getByRole("button", { name: "Mark failed" }).click();
  await confirmed(page, "Mark failed");
  for (const id of ["a", "b", "c"]) expect(await stateOf(id)).toBe("failed");
  await page.getByRole("checkbox", { name: "Select row 1" }).check();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await confirmed(page, "Delete");
  await expect.poll(() => page.getByRole("checkbox", { name: /^Select row/ }).count()).toBe(2);

  await page.goto(at("/browse/task-instances?dag_id=hourly"));
  await settled(page);
  const before = await page.getByRole("checkbox", { name: /^Select row/ }).count();
  expect(before).toBeGreaterThan(1);
  await page.getByRole("checkbox", { name: "Select all rows of this page" }).check();
  await page.getByRole("region", { name: "Selected rows" }).getByRole("button", { name: "Clear", exact: true }).click();
  await confirmed(page, "Clear");
  await eventually("the end of what was cleared", async () => {
    const { dag_runs } = await call<{ dag_runs: { state: string }[] }>("GET", "/dags/hourly/dagRuns?limit=100");
    return dag_runs.every(({ state }) => state === "success");
  });
});

test("a backfill is planned, created and followed to its end", async () => {
  await addDags("hourly.yaml", ["hourly"], HOURLY);
  await unpause("hourly");
  const { page } = await loggedIn();
  await page.goto(at("/browse/backfills"));
  await page.getByRole("button", { name: "New backfill" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("DAG").fill("hourly");
  await dialog.getByLabel(/^From/).fill("2026-02-01T00:00");
  await dialog.getByLabel(/^To/).fill("2026-02-01T03:00");
  const create = dialog.getByRole("button", { name: /^Create \d+ runs$/ });
  await create.waitFor();
  await picture(page, "backfill-plan");
  await accessible(page, "new backfill");
  await create.click();
  await dialog.waitFor({ state: "detached" });
  await page.locator(".tag", { hasText: /^finished$/ }).waitFor({ timeout: 60_000 });
  await picture(page, "backfills");
  const { dag_runs } = await call<{ dag_runs: object[] }>("GET", "/dags/hourly/dagRuns?run_type=backfill");
  expect(dag_runs.length).toBeGreaterThan(2);
});
