import { lexer, type Token, type Tokens } from "marked";

/** The most characters that are read as Markdown; what is longer is shown as it is. */
const MAX_CHARS = 200_000;
/** Deeper than this, a text is shown as it is: nobody writes so, and each level costs a call. */
const MAX_DEPTH = 32;

/** What Markdown becomes: elements of these names only, and texts. */
export type Piece = string | Element;

export interface Element {
  tag: Tag;
  href?: string;
  /** The number that an ordered list begins with. */
  start?: number;
  align?: "left" | "center" | "right";
  checked?: boolean;
  children: Piece[];
}

type Tag =
  | ("a" | "b" | "blockquote" | "br" | "checkbox" | "code" | "del" | "em" | "hr" | "li" | "ol" | "p" | "pre" | "ul")
  | ("h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "tbody" | "td" | "th" | "thead" | "tr");

/** Reads Markdown as GitHub writes it. There is no way from the text to an attribute but by what stands here. */
export function readMarkdown(text: string): Piece[] {
  const even = unindented(text);
  if (even.length > MAX_CHARS) return [{ tag: "pre", children: [even] }];
  try {
    return blocks(lexer(even, { gfm: true }), 0);
  } catch {
    return [{ tag: "pre", children: [even] }];
  }
}

/** Without the indent that all lines share: docstrings have one, and would be code with it. */
function unindented(text: string): string {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  // A docstring's first line stands behind its quotes.
  const indents = lines.slice(lines[0]?.trim() ? 1 : 0).flatMap((line) => /^[ \t]*(?=\S)/.exec(line)?.[0].length ?? []);
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  return lines
    .map((line, index) => (index === 0 ? line.trimStart() : line.slice(Math.min(shared, line.length))))
    .join("\n");
}

const element = (tag: Tag, children: Piece[] = [], more: Partial<Element> = {}): Element => ({
  tag,
  children,
  ...more,
});

function deeper(depth: number): number {
  if (depth >= MAX_DEPTH) throw new Error("too deep");
  return depth + 1;
}

function blocks(tokens: readonly Token[], depth: number): Piece[] {
  return tokens.flatMap((token) => block(token, deeper(depth)));
}

function block(token: Token, depth: number): Piece[] {
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "heading":
      return [element(`h${Math.min(6, Math.max(1, (token as Tokens.Heading).depth))}` as "h1", inlines(token, depth))];
    case "paragraph":
      return [element("p", inlines(token, depth))];
    case "code":
      return [element("pre", [(token as Tokens.Code).text.trimEnd()])];
    case "hr":
      return [element("hr")];
    case "blockquote":
      return [element("blockquote", blocks((token as Tokens.Blockquote).tokens, depth))];
    case "list":
      return [list(token as Tokens.List, depth)];
    case "table":
      return [table(token as Tokens.Table, depth)];
    case "html":
      return [element("p", [token.raw.trim()])];
    case "checkbox":
      return [element("checkbox", [], { checked: (token as Tokens.Checkbox).checked })];
    default:
      return inlines(token, depth);
  }
}

function list(token: Tokens.List, depth: number): Element {
  const items = token.items.map((item) => {
    const children = blocks(item.tokens, depth);
    const told = item.tokens.some((one) => one.type === "checkbox");
    return element(
      "li",
      item.task && !told ? [element("checkbox", [], { checked: item.checked }), ...children] : children,
    );
  });
  return token.ordered ? element("ol", items, { start: Number(token.start) || 1 }) : element("ul", items);
}

function table(token: Tokens.Table, depth: number): Element {
  const cells = (tag: "th" | "td", row: readonly Tokens.TableCell[]) =>
    element(
      "tr",
      row.map((cell) => element(tag, inlines(cell, depth), { align: cell.align ?? undefined })),
    );
  return element("table", [
    element("thead", [cells("th", token.header)]),
    element(
      "tbody",
      token.rows.map((row) => cells("td", row)),
    ),
  ]);
}

/** The pieces inside of something that holds texts. */
function inlines(token: { tokens?: Token[]; text?: string; raw?: string }, depth: number): Piece[] {
  if (!token.tokens) return [decoded(token.text ?? token.raw ?? "")];
  return token.tokens.flatMap((one) => inline(one, deeper(depth)));
}

function inline(token: Token, depth: number): Piece[] {
  switch (token.type) {
    case "strong":
      return [element("b", inlines(token, depth))];
    case "em":
      return [element("em", inlines(token, depth))];
    case "del":
      return [element("del", inlines(token, depth))];
    case "codespan":
      return [element("code", [(token as Tokens.Codespan).text])];
    case "br":
      return [element("br")];
    case "escape":
      return [(token as Tokens.Escape).text];
    case "link": {
      const href = addressOf((token as Tokens.Link).href);
      return href ? [element("a", inlines(token, depth), { href })] : [token.raw];
    }
    case "image": {
      // Nothing is fetched from another host: a picture is a link to it.
      const { href: to, text } = token as Tokens.Image;
      const href = addressOf(to);
      return href ? [element("a", [text || to], { href })] : [token.raw];
    }
    case "checkbox":
      return [element("checkbox", [], { checked: (token as Tokens.Checkbox).checked })];
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw) ? [element("br")] : [token.raw];
    default:
      return inlines(token, depth);
  }
}

/** A web or mail address, or null: no other kind of link leads anywhere. */
export function addressOf(text: string): string | null {
  try {
    const { protocol, href } = new URL(decoded(text));
    return ["http:", "https:", "mailto:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©" };

/** The characters that entities stand for. What they become is text, as everything here. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[String(name)] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : "\ufffd";
  });
}
