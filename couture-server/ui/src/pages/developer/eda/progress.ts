/** How far an analysis is. */
export interface Progress {
  words: string;
  /** From 0 to 1, where it is known. */
  share: number | null;
}

/** So many of the last lines are looked through. */
const LOOKED_AT = 200;

const count = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** The newest progress that a log tells of, or null. */
export function progressOf(lines: readonly string[]): Progress | null {
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - LOOKED_AT); at -= 1) {
    const found = progressOfLine(lines[at] ?? "");
    if (found) return found;
  }
  return null;
}

function progressOfLine(line: string): Progress | null {
  const told = /\{"rows":.*\}/.exec(line)?.[0];
  if (!told) return null;
  try {
    const { rows, rows_per_second: speed, share } = JSON.parse(told) as Record<string, unknown>;
    if (typeof rows !== "number") return null;
    const words = [`${count.format(rows)} rows`];
    if (typeof speed === "number") words.push(`${count.format(speed)} rows/s`);
    if (typeof share !== "number") return { words: words.join(", "), share: null };
    const bounded = Math.min(1, Math.max(0, share));
    return { words: [`${Math.floor(bounded * 100)} %`, ...words].join(", "), share: bounded };
  } catch {
    return null;
  }
}
