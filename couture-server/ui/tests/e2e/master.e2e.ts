// Run a master DAG and zoom into it, and back.

import { expect, test } from "vitest";
import { accessible, at, loggedIn, picture, useBrowser } from "./support/browser";
import { addDags, runToEnd, unpause } from "./support/server";

useBrowser();

test("a master DAG is run, zoomed into, and left again", async () => {
  await addDags("master.py", ["master", "survey"]);
  await unpause("survey");
  await unpause("master");
  const { runId, state } = await runToEnd("master");
  expect(state).toBe("success");
  const { page } = await loggedIn();
  await page.goto(at(`/dags/master/graph?run=${encodeURIComponent(runId)}`));
  await page.locator('[data-task="run_survey"][data-state="success"]').waitFor();
  const zoom = page.getByRole("button", { name: "Zoom into DAG survey" });
  await zoom.hover();
  const preview = page.getByRole("tooltip");
  await preview.getByText("draw").waitFor();
  await picture(page, "master-preview");
  await zoom.click();
  await page.waitForURL("**/dags/survey/graph?**");
  await page.locator('[data-task="draw"][data-state="success"]').waitFor();
  expect(page.url()).toContain("run=");
  await picture(page, "master-zoomed");
  await accessible(page, "zoomed");
  await page.getByRole("link", { name: "Back to master" }).click();
  await page.locator('[data-task="run_survey"]').waitFor();
  expect(page.url()).toContain(`run=${encodeURIComponent(runId)}`);
});
