// A role that reads one DAG: its user sees just that one.

import { expect, test } from "vitest";
import { accessible, at, loggedIn, picture, useBrowser } from "./support/browser";
import { addDags, call, eventually, runToEnd, unpause } from "./support/server";

useBrowser();

test("a role is made that reads one DAG, and its user sees just that one", async () => {
  await addDags("green.py", ["green"]);
  await addDags("harbour.py", ["harbour"]);
  await unpause("green");
  const { runId } = await runToEnd("green");

  const admin = (await loggedIn()).page;
  await admin.goto(at("/security/roles/new"));
  await admin.getByLabel("Name", { exact: true }).fill("green readers");
  await admin.getByLabel("Add a DAG").fill("green");
  await admin.getByRole("button", { name: "green", exact: true }).click();
  await admin.getByLabel("Read DAG:green").waitFor();
  for (const resource of ["DAGs", "DAG Runs", "Task Instances", "Task Logs", "Website", "My Profile"]) {
    const box = admin.getByLabel(`Read ${resource}`, { exact: true });
    if ((await box.count()) > 0) await box.check();
  }
  await admin.evaluate(() => window.scrollTo(0, 0));
  await picture(admin, "role");
  await accessible(admin, "role");
  await admin.getByRole("button", { name: "Save" }).click();
  await admin.waitForURL("**/security/roles");

  await admin.goto(at("/security/users"));
  await admin.getByRole("button", { name: /Add/ }).first().click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("User name").fill("reader");
  await dialog.getByLabel("First name").fill("Rea");
  await dialog.getByLabel("Last name").fill("Der");
  await dialog.getByLabel("E-mail").fill("reader@harbour.example");
  await dialog.getByLabel("Password", { exact: true }).fill("reads-Green-1");
  await dialog.getByLabel("To be changed at the first login").uncheck();
  await dialog.getByLabel("green readers").check();
  await dialog.getByRole("button", { name: "Add" }).click();
  await eventually("the user", () => call("GET", "/users/reader").catch(() => null));

  const { page } = await loggedIn("reader", "reads-Green-1");
  await page.goto(at("/dags?paused=show"));
  await page.getByRole("link", { name: "green", exact: true }).waitFor();
  expect(await page.getByText("harbour").count()).toBe(0);
  expect(await page.getByRole("button", { name: "Security" }).count()).toBe(0);
  await picture(page, "reader-dags");
  await page.goto(at(`/dags/green/graph?run=${encodeURIComponent(runId)}`));
  await page.locator('[data-task="end"][data-state="success"]').waitFor();
  expect(await page.getByRole("link", { name: "Trigger" }).count()).toBe(0);
  await page.goto(at("/dags/harbour/grid"));
  await page.getByRole("alert").first().waitFor();
  expect(await page.getByRole("navigation", { name: "Views of this DAG" }).count()).toBe(0);
  await picture(page, "reader-refused");
});
