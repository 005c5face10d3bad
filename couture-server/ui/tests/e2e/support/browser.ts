// A browser on the page, which notes everything that must not happen.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { undescribed } from "./description";
import { settings } from "./settings";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Tab {
  page: Page;
  context: BrowserContext;
  /** What went wrong in it so far. */
  faults: string[];
}

let browser: Browser;
const open: Tab[] = [];

/** Starts the browser for a file of tests, and looks after each test whether anything went wrong. */
export function useBrowser() {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: settings.chromium,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") {
      for (const [index, { page }] of open.entries()) await picture(page, `failed-${index}`).catch(() => {});
    }
    expect(open.flatMap((tab) => tab.faults.splice(0))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
  });
}

/** What the browser says when the page breaks a rule; an answer of 4xx that a test provokes is none of it. */
const EXPECTED = /Failed to load resource/;

/** A fresh browser profile with nobody logged in. */
export async function newTab(scheme: "light" | "dark" = "light"): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: 1366, height: 800 },
    colorScheme: scheme,
    timezoneId: "Europe/Berlin",
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(
        `content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`,
      );
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const tab: Tab = { page, context, faults: [] };
  page.on("pageerror", (error) => tab.faults.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) tab.faults.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    tab.faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const unknown = undescribed(request.method(), url);
    if (unknown) tab.faults.push(unknown);
    if (url.origin !== settings.url && !["data:", "blob:"].includes(url.protocol))
      tab.faults.push(`another host: ${request.url()}`);
  });
  open.push(tab);
  return tab;
}

/** A tab whose user came in by the login page. */
export async function loggedIn(
  username = "superadmin",
  password = settings.password,
  scheme: "light" | "dark" = "light",
): Promise<Tab> {
  const tab = await newTab(scheme);
  await tab.page.goto(`${settings.url}/`);
  await tab.page.getByLabel("User name").fill(username);
  await tab.page.getByLabel("Password").fill(password);
  await tab.page.getByRole("button", { name: "Log in" }).click();
  await tab.page.getByRole("navigation").first().waitFor();
  return tab;
}

/** Leaves a picture of the page. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!settings.pictures) return;
  mkdirSync(settings.pictures, { recursive: true });
  await page.screenshot({ path: join(settings.pictures, `${name}.png`) });
}

interface Finding {
  id: string;
  impact: string;
  help: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** Fails on what axe calls serious or critical. */
export async function accessible(page: Page, what: string): Promise<void> {
  // The page's own rules forbid scripts that it does not serve; the inspector may run one.
  const findings = await page.evaluate(
    `${AXE};axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)`,
  );
  const serious = (findings as Finding[])
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, help, nodes }) =>
        `${what}: ${id}: ${help}: ${nodes
          .slice(0, 3)
          .map((node) => `${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`)
          .join("; ")}`,
    );
  expect(serious).toEqual([]);
}

/** Waits until nothing of the page is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main").waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton") && !document.querySelector(".progress.busy"));
}

export const at = (path: string) => `${settings.url}${path}`;
