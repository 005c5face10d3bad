import { describe, expect, it } from "vitest";
import { found, foldersOf, isRun, linesOf, openAtFirst, treeOf, type Node, type Output } from "./tree";

const file = (path: string, hour = 0, size = 10): Output => ({
  path,
  size,
  last_modified: `2026-11-23T${String(hour).padStart(2, "0")}:00:00Z`,
});

const SALES = [
  file("outputs/sales/data_importance/t9/table_and_feature_importance.html", 9),
  file("outputs/sales/preliminary/t7/data_info.parquet", 7),
  file("outputs/sales/preliminary/t7/data_info.html", 7),
  file("outputs/sales/preliminary/t8/data_info.html", 8),
];

/** The tree as a text: two spaces for each level. */
function shown(outputs: readonly Output[], isOpen: (path: string) => boolean = () => true): string[] {
  return linesOf(treeOf(outputs), isOpen).map(({ node, level }) => "  ".repeat(level - 1) + node.name);
}

describe("the tree of outputs", () => {
  const check = (what: string, outputs: Output[], expected: string[]) =>
    it(what, () => expect(shown(outputs)).toEqual(expected));
  check("nothing", [], []);
  check("kinds in their order, the newest analysis first, reports before data", SALES, [
    "outputs",
    "  sales",
    "    preliminary",
    "      t8",
    "        data_info.html",
    "      t7",
    "        data_info.html",
    "        data_info.parquet",
    "    data_importance",
    "      t9",
    "        table_and_feature_importance.html",
  ]);
  check(
    "sources by name, numbers as numbers",
    ["b", "a10", "a2"].map((name) => file(`outputs/${name}/preliminary/t/data_info.html`)),
    ["a2", "a10", "b"].reduce(
      (lines, name) => [...lines, `  ${name}`, "    preliminary", "      t", "        data_info.html"],
      ["outputs"],
    ),
  );
  it("sums folders up", () => {
    const [top] = treeOf(SALES);
    expect(top).toMatchObject({ size: 40, files: 4, modified: "2026-11-23T09:00:00Z" });
  });
  it("knows which folders are analyses", () => {
    const all = (nodes: readonly Node[]): Node[] =>
      nodes.flatMap((node) => [node, ...(node.kind === "folder" ? all(node.children) : [])]);
    const sheet = file("outputs/sales/preliminary/t7/sheet2/data_info.html", 7);
    const odd = file("outputs/preliminary/preliminary/t/data_info.html", 7);
    const runs = all(treeOf([...SALES, sheet, odd])).filter(isRun);
    expect(runs.map(({ path }) => path)).toEqual([
      "outputs/preliminary/preliminary/t",
      "outputs/sales/preliminary/t8",
      "outputs/sales/preliminary/t7",
      "outputs/sales/data_importance/t9",
    ]);
  });
  it("tells the place of a line", () => {
    const line = linesOf(treeOf(SALES), () => true).find(({ node }) => node.name === "t7");
    expect(line).toMatchObject({ level: 4, position: 2, siblings: 2, open: true, parent: "outputs/sales/preliminary" });
  });
  it("shows nothing of a folded folder", () => {
    expect(shown(SALES, (path) => path === "outputs")).toEqual(["outputs", "  sales"]);
  });
});

describe("what is open at first", () => {
  const check = (what: string, outputs: Output[], folded: string[]) =>
    it(what, () => {
      const tree = treeOf(outputs);
      const open = openAtFirst(tree);
      expect(foldersOf(tree).filter((path) => !open.has(path))).toEqual(folded);
    });
  check("the newest analysis of each kind", SALES, ["outputs/sales/preliminary/t7"]);
  const many = Array.from({ length: 9 }, (_, index) => file(`outputs/s${index}/preliminary/t/data_info.html`, index));
  check(
    "of many sources, the one with the newest report",
    many,
    many
      .slice(0, 8)
      .flatMap((_, index) => [`outputs/s${index}`, `outputs/s${index}/preliminary`, `outputs/s${index}/preliminary/t`]),
  );
});

describe("the search in outputs", () => {
  const check = (sought: string, expected: number) =>
    it(JSON.stringify(sought), () => expect(found(SALES, sought)).toHaveLength(expected));
  check("", 4);
  check("  ", 4);
  check("SALES", 4);
  check("t7", 2);
  check("parquet t7", 1);
  check("importance t7", 0);
});
