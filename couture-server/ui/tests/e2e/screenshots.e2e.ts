// The pictures of the README, made by scripts/screenshots.

import { test } from "vitest";
import { at, loggedIn, picture, useBrowser } from "./support/browser";
import { addDags, call, eventually, runToEnd, unpause } from "./support/server";

useBrowser();

const RUNS = 18;

test("the pictures of the README", { timeout: 600_000 }, async () => {
  await addDags("tides.py", ["tides", "survey_the_coast"]);
  await unpause("survey_the_coast");
  await unpause("tides");
  for (let index = 0; index < RUNS; index += 1) {
    const day = new Date(Date.UTC(2026, 10, 21, index + 10)).toISOString();
    const conf = { seconds: 0.1 + ((index * 7) % 5) / 4, ...(index % 7 === 3 && { broken: "yes" }) };
    await runToEnd("tides", { logical_date: day, dag_run_id: `manual__${day.slice(0, 19)}+00:00`, conf });
  }
  const { page } = await loggedIn();
  await page.setViewportSize({ width: 1280, height: 760 });
  await page.goto(at("/dags?paused=show"));
  await page.getByRole("link", { name: "tides", exact: true }).first().waitFor();
  await page.waitForTimeout(800);
  await picture(page, "dags");

  const { dag_runs } = await call<{ dag_runs: { dag_run_id: string }[] }>(
    "GET",
    "/dags/tides/dagRuns?order_by=-run_after&limit=3&state=success",
  );
  const run = encodeURIComponent(dag_runs[0]!.dag_run_id);
  await page.goto(at(`/dags/tides/grid?run=${run}&task=heights`));
  await page.getByRole("log").getByText("the buoy drifts").waitFor();
  await page.getByRole("button", { name: "Unfold all" }).click();
  await page.waitForTimeout(500);
  await picture(page, "grid");

  const dark = (await loggedIn(undefined, undefined, "dark")).page;
  await dark.setViewportSize({ width: 1280, height: 760 });
  await dark.goto(at("/dags/tides/graph"));
  await dark.locator('[data-task="heights"]').waitFor();
  const { dag_run_id: live } = await call<{ dag_run_id: string }>("POST", "/dags/tides/dagRuns", {
    logical_date: null,
    conf: { seconds: 4 },
  });
  await dark.goto(at(`/dags/tides/graph?run=${encodeURIComponent(live)}`));
  await dark.locator('[data-task="correct"][data-state="running"]').waitFor();
  await dark.waitForTimeout(500);
  await picture(dark, "graph");
  await eventually("the last run's end", async () => {
    const { state } = await call<{ state: string }>("GET", `/dags/tides/dagRuns/${encodeURIComponent(live)}`);
    return state !== "running" && state !== "queued";
  });
});
