// Colours of terminals, as programs write them into their logs.

export interface Piece {
  text: string;
  /** Classes of the style sheet; "" for plain text. */
  style: string;
  /** A colour that the program chose by itself. */
  color?: string;
  background?: string;
}

interface Pen {
  foreground: number | string | null;
  background: number | string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const PLAIN: Pen = { foreground: null, background: null, bold: false, dim: false, italic: false, underline: false };
// Colours end with "m"; any other command to a terminal (moving the cursor, titles) means nothing here.
// eslint-disable-next-line no-control-regex
const COMMAND = /\x1b(?:\[([0-9;:]*)([A-Za-z])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][A-Z0-9]|[=>NOM78])/g;
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** Whether a line needs to be read for commands at all. */
export function isPlain(line: string): boolean {
  return !line.includes("\x1b");
}

/** A line in pieces of one style each; commands are taken out, and a style ends with its line. */
export function piecesOf(line: string): Piece[] {
  const text = line.includes("\r") ? line.slice(line.replace(/\r+$/, "").lastIndexOf("\r") + 1) : line;
  if (isPlain(text)) return [{ text: text.replace(HIDDEN, ""), style: "" }];
  const pieces: Piece[] = [];
  let pen = PLAIN;
  let from = 0;
  const add = (to: number) => {
    const piece = text.slice(from, to).replace(HIDDEN, "");
    if (piece) pieces.push(styled(piece, pen));
  };
  for (const match of text.matchAll(COMMAND)) {
    add(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") pen = drawn(pen, match[1] ?? "");
  }
  add(text.length);
  return pieces.length ? pieces : [{ text: "", style: "" }];
}

/** A line without any commands. */
export function plainText(line: string): string {
  return isPlain(line) && !line.includes("\r")
    ? line
    : piecesOf(line)
        .map((piece) => piece.text)
        .join("");
}

function drawn(pen: Pen, codes: string): Pen {
  const list = codes === "" ? [0] : codes.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let next = { ...pen };
  for (let i = 0; i < list.length; i += 1) {
    const code = list[i]!;
    if (code === 0) next = { ...PLAIN };
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code >= 30 && code <= 37) next.foreground = code - 30;
    else if (code === 39) next.foreground = null;
    else if (code >= 40 && code <= 47) next.background = code - 40;
    else if (code === 49) next.background = null;
    else if (code >= 90 && code <= 97) next.foreground = code - 82;
    else if (code >= 100 && code <= 107) next.background = code - 92;
    else if (code === 38 || code === 48) {
      const [color, used] = ownColor(list.slice(i + 1));
      i += used;
      if (color === null) continue;
      if (code === 38) next.foreground = color;
      else next.background = color;
    }
  }
  return next;
}

/** A colour of 256, or of all: what it is, and how many codes it took. */
function ownColor(codes: number[]): [number | string | null, number] {
  const byte = (n: number | undefined) => Math.max(0, Math.min(255, n ?? 0));
  if (codes[0] === 5) return [of256(byte(codes[1])), 2];
  if (codes[0] === 2) return [`rgb(${byte(codes[1])} ${byte(codes[2])} ${byte(codes[3])})`, 4];
  return [null, 1];
}

function of256(code: number): number | string {
  if (code < 16) return code;
  if (code >= 232) return `rgb(${8 + (code - 232) * 10} ${8 + (code - 232) * 10} ${8 + (code - 232) * 10})`;
  const level = (n: number) => (n === 0 ? 0 : 55 + n * 40);
  const n = code - 16;
  return `rgb(${level(Math.floor(n / 36))} ${level(Math.floor(n / 6) % 6)} ${level(n % 6)})`;
}

function styled(text: string, pen: Pen): Piece {
  const classes = [
    typeof pen.foreground === "number" && `ansi-${pen.foreground}`,
    typeof pen.background === "number" && `ansi-on-${pen.background}`,
    pen.bold && "ansi-bold",
    pen.dim && "ansi-dim",
    pen.italic && "ansi-italic",
    pen.underline && "ansi-underline",
  ].filter(Boolean);
  return {
    text,
    style: classes.join(" "),
    ...(typeof pen.foreground === "string" && { color: pen.foreground }),
    ...(typeof pen.background === "string" && { background: pen.background }),
  };
}
