// Edit a DAG with a review, and add a code brick.

import { expect, test } from "vitest";
import { accessible, at, loggedIn, picture, useBrowser } from "./support/browser";
import { addDags, call, eventually } from "./support/server";

useBrowser();

test("a DAG is edited with a review", async () => {
  await addDags("green.py", ["green"]);
  const { page } = await loggedIn();
  await page.goto(at("/developer/dags"));
  await page.getByRole("link", { name: "green.py" }).first().click();
  const editor = page.getByRole("textbox", { name: "green.py" });
  await editor.waitFor();
  await picture(page, "editor");
  await accessible(page, "editor");
  await editor.click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(
    '\n# edited in the page\nlate = DAG("late", start_date=datetime(2026, 1, 1), schedule=None)\n',
  );
  await page.getByRole("button", { name: /Review/ }).click();
  await page.getByText("it can be read: ").waitFor();
  await picture(page, "review");
  await accessible(page, "review");
  await page.getByRole("button", { name: "Back to edit mode" }).click();
  await editor.waitFor();
  await page.getByRole("button", { name: /Review/ }).click();
  await page.getByRole("button", { name: "Save Code" }).click();
  await eventually("the new DAG", () => call("GET", "/dags/late").catch(() => null));
  await page.goto(at("/dags/late/code"));
  await page.getByText("edited in the page").waitFor();
});

test("a code brick is added, found and put into a file", async () => {
  await addDags("green.py", ["green"]);
  const { page } = await loggedIn();
  await page.goto(at("/developer/dags/edit?path=green.py"));
  const bricks = page.getByLabel("Code bricks");
  await bricks.getByRole("button", { name: "Add a new code brick" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Title").fill("Tide table");
  await dialog.getByRole("textbox", { name: "Code of the brick" }).click();
  await page.keyboard.type("tides = [1, 2, 3]");
  await dialog.getByRole("button", { name: "Save" }).click();
  await bricks.getByLabel("Search bricks").fill("tide");
  await bricks.getByRole("button", { name: "Insert Tide table" }).click();
  await picture(page, "brick");
  await expect.poll(() => page.getByRole("textbox", { name: "green.py" }).textContent()).toContain("tides = [1, 2, 3]");
});

test("bricks are Python: beside another file there are none", async () => {
  const { page } = await loggedIn();
  await page.goto(at("/developer/dags/edit?path=tides.yaml&new="));
  await page.getByRole("textbox", { name: "tides.yaml" }).waitFor();
  expect(await page.getByLabel("Code bricks").count()).toBe(0);
});

test("what somebody else saved meanwhile is shown, and nothing is lost", async () => {
  await addDags("idle.py", ["idle"]);
  const { page } = await loggedIn();
  const open = async () => {
    await page.goto(at("/developer/dags/edit?path=idle.py"));
    const editor = page.getByRole("textbox", { name: "idle.py" });
    await editor.click();
    await page.keyboard.press("Control+End");
    return editor;
  };
  const theirs = async (line: string) => {
    const { content, version } = await call<{ content: string; version: string }>("GET", "/dagFiles/idle.py");
    await call("PUT", "/dagFiles/idle.py", { content: `${content}${line}\n`, base_version: version });
  };
  const review = async () => {
    await page.getByRole("button", { name: /Review/ }).click();
    await page.getByText("it can be read: ").waitFor();
    await page.getByRole("button", { name: "Save Code" }).click();
  };

  await open();
  await page.keyboard.type("# mine");
  await theirs("# theirs");
  await review();
  await page.getByText("Somebody else saved this file meanwhile.").waitFor();
  await picture(page, "conflict");
  await accessible(page, "conflict");
  await page.getByRole("button", { name: "Edit mine on top of theirs" }).click();
  await page.getByRole("button", { name: /Review/ }).click();
  await page.getByRole("button", { name: "Save Code" }).click();
  const saved = () => call<{ content: string }>("GET", "/dagFiles/idle.py").then(({ content }) => content);
  await eventually("my text", async () => (await saved()).includes("# mine"));
  await page.getByText("not saved").waitFor({ state: "detached" });

  await open();
  await page.keyboard.type("\n# again");
  await call("DELETE", "/dagFiles/idle.py");
  await review();
  await page.getByText("Somebody else deleted this file meanwhile.").waitFor();
  await picture(page, "conflict-deleted");
  await page.getByRole("button", { name: "Replace theirs with mine" }).click();
  await eventually("the file again", () =>
    saved().then(
      (content) => content.includes("# again"),
      () => false,
    ),
  );
});
