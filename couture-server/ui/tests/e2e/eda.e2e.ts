// Look at data: a source, an upload, and their reports.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Locator } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { accessible, at, loggedIn, picture, settled, useBrowser } from "./support/browser";

useBrowser();

// Not in the server's own folder, which no source may lead into.
const folder = mkdtempSync(join(tmpdir(), "couture-eda-"));
afterAll(() => rmSync(folder, { recursive: true }));

const COLUMNS = ["berth", "draught_m", "arrived"];

/** A table of ships as a CSV file. */
function ships(rows: number): string {
  const row = (index: number) =>
    [
      `B${index % 7}`,
      (3 + ((index * 37) % 90) / 10).toFixed(1),
      `2026-11-${String(1 + (index % 28)).padStart(2, "0")}`,
    ].join(",");
  return [COLUMNS.join(","), ...Array.from({ length: rows }, (_, index) => row(index))].join("\n") + "\n";
}

/** What a link opens in a new tab is a report on the ships, which the session of this page is out of reach of. */
async function opensReport(context: BrowserContext, link: Locator, name: string): Promise<void> {
  const [report] = await Promise.all([context.waitForEvent("page"), link.click()]);
  for (const column of COLUMNS) await report.getByText(column, { exact: true }).first().waitFor();
  expect(await report.evaluate(() => window.origin)).toBe("null");
  await picture(report, name);
  await report.close();
}

test("a source is added and analysed, its report opened and deleted", async () => {
  const source = join(folder, "ships.csv");
  writeFileSync(source, ships(2_000));
  const { page, context } = await loggedIn();
  await page.getByRole("button", { name: "Developer" }).click();
  await page.getByRole("menuitem", { name: "Exploratory Data Analysis" }).click();
  await page.getByText("No sources yet").waitFor();
  await page.getByText("No reports yet").waitFor();
  await accessible(page, "no data yet");

  await page.getByRole("button", { name: "Add source" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Path or URL").fill("ships.csv");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Path or URL").fill(source);
  await picture(page, "eda-add");
  await accessible(page, "a new source");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("cell", { name: source }).first().waitFor();

  const play = page.getByRole("button", { name: `Preliminary L0 of ${source}` });
  const place = await play.boundingBox();
  await play.dblclick();
  await page.getByText("The report will be at").waitFor();
  // What is said of it moves nothing under the pointer, and the second click began nothing.
  expect(await play.boundingBox()).toEqual(place);
  const opener = page.getByRole("link", { name: "Open report" });
  await opener.waitFor({ timeout: 120_000 });
  await page.getByRole("status").getByRole("link", { name: "Open it" }).waitFor();
  await opensReport(context, opener, "eda-report");

  const tree = page.getByRole("treegrid");
  const file = tree.getByRole("link", { name: "data_info.html" });
  await file.waitFor();
  await settled(page);
  await picture(page, "eda");
  await accessible(page, "reports");
  await page.setViewportSize({ width: 390, height: 800 });
  await picture(page, "eda-narrow");
  await page.setViewportSize({ width: 1366, height: 800 });

  // The keys: fold the tree, and unfold it.
  await tree.locator('[role="row"][tabindex="0"]').focus();
  await page.keyboard.press("ArrowLeft");
  await file.waitFor({ state: "detached" });
  await page.keyboard.press("ArrowRight");
  await file.waitFor();
  await page.keyboard.press("End");
  await expect.poll(() => tree.locator(":focus").getAttribute("aria-level")).toBe("5");

  await tree.getByRole("button", { name: /^Delete outputs\// }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No reports yet").waitFor();
  await page.getByRole("button", { name: `Remove ${source}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("No sources yet").waitFor();
});

test("an upload is analysed, and is no source", async () => {
  const { page, context } = await loggedIn(undefined, undefined, "dark");
  await page.goto(at("/developer/eda"));
  await page.getByRole("button", { name: "Upload file" }).click();
  const dialog = page.getByRole("dialog");
  const upload = { name: "fleet.csv", mimeType: "text/csv", buffer: Buffer.from(ships(300)) };
  await dialog.locator("input[type=file]").setInputFiles(upload);
  await picture(page, "eda-upload");
  await accessible(page, "an upload");
  await dialog.getByRole("button", { name: "Upload and analyse" }).click();
  await page.getByText("The report will be at").waitFor();
  const analysis = page.getByRole("listitem").filter({ hasText: "fleet.csv" });
  const opener = analysis.getByRole("link", { name: "Open report" });
  await opener.waitFor({ timeout: 120_000 });
  await opensReport(context, opener, "eda-upload-report");
  await page.getByText("No sources yet").waitFor();
  await accessible(page, "what an upload left");
  await picture(page, "eda-dark");

  await analysis.getByRole("link", { name: "Log" }).click();
  await page.getByRole("log").getByText("The report is at").waitFor();
});
