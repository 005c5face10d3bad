import { describe, expect, test } from "vitest";
import { addressOf, readMarkdown, type Element, type Piece } from "./tree";

const elementsOf = (pieces: readonly Piece[]): Element[] =>
  pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece, ...elementsOf(piece.children)]));
const textOf = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === "string" ? piece : textOf(piece.children))).join("");
const shape = (pieces: readonly Piece[]): unknown =>
  pieces.map((piece) => (typeof piece === "string" ? piece : [piece.tag, ...(shape(piece.children) as unknown[])]));

describe("what Markdown becomes", () => {
  test.each([
    ["# One *two*", [["h1", "One ", ["em", "two"]]]],
    ["a **b** `c<d>`", [["p", "a ", ["b", "b"], " ", ["code", "c<d>"]]]],
    ["- a\n- b", [["ul", ["li", "a"], ["li", "b"]]]],
    ["    one\n    two", [["p", "one\ntwo"]]],
    [
      "one\n    two\n\n    - three",
      [
        ["p", "one\ntwo"],
        ["ul", ["li", "three"]],
      ],
    ],
    ["```\nx = 1\n```", [["pre", "x = 1"]]],
    ["a &amp; b &lt;i&gt; &#65;", [["p", "a & b <i> A"]]],
    ["<b>x</b>", [["p", "<b>", "x", "</b>"]]],
    ["", []],
  ])("%j", (text, expected) => expect(shape(readMarkdown(text))).toEqual(expected));

  test("a table", () => {
    const [table] = readMarkdown("|a|b|\n|-|-:|\n|1|2|");
    expect(elementsOf([table!]).map(({ tag }) => tag)).toEqual([
      ...["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"],
    ]);
    expect(elementsOf([table!]).at(-1)?.align).toBe("right");
  });

  test("docstrings lose the indent that their lines share", () => {
    expect(shape(readMarkdown("\n    # A\n\n        code\n"))).toEqual([
      ["h1", "A"],
      ["pre", "code"],
    ]);
  });
});

describe("hostile Markdown", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <svg onload=alert(1)> b",
    '<a href="javascript:alert(1)">x</a>',
    "<iframe src=https://example.com></iframe>",
    "<style>*{display:none}</style>",
    "<!-- <img src=x onerror=alert(1)> -->",
  ])("%s stays text", (text) => {
    const pieces = readMarkdown(text);
    expect(textOf(pieces)).toContain(text.slice(0, 5));
    for (const { tag, href } of elementsOf(pieces)) {
      expect(["p"]).toContain(tag);
      expect(href).toBeUndefined();
    }
  });

  test.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](//example.com)",
    "[x](\u0001javascript:alert(1))",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[x][y]\n\n[y]: javascript:alert(1)",
  ])("%s is no link", (text) => {
    expect(elementsOf(readMarkdown(text)).filter(({ tag }) => tag === "a")).toEqual([]);
  });

  test("a picture is a link, and loads nothing", () => {
    const [link] = elementsOf(readMarkdown("![a map](https://example.com/a.png)")).filter(({ tag }) => tag === "a");
    expect(link).toMatchObject({ href: "https://example.com/a.png", children: ["a map"] });
  });

  test.each([
    ["https://example.com/a?b=c", "https://example.com/a?b=c"],
    ["mailto:a@example.com", "mailto:a@example.com"],
    ["javascript:alert(1)", null],
    ["a/b", null],
    ["", null],
  ])("the address %j", (text, expected) => expect(addressOf(text)).toBe(expected));

  test.each([
    [">".repeat(5_000), 3_000],
    ["- ".repeat(2_000), 3_000],
    ["*".repeat(20_000), 3_000],
    ["[".repeat(20_000), 3_000],
    ["a".repeat(300_000), 500],
  ])("%.10j… is bounded", (text, most_ms) => {
    const begin = performance.now();
    expect(textOf(readMarkdown(text)).length).toBeGreaterThanOrEqual(0);
    expect(performance.now() - begin).toBeLessThan(most_ms);
  });
});
