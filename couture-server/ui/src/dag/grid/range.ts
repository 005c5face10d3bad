// Which rows and columns of the grid are made: the visible ones, and some beyond.

/** Places in a list; `last` belongs to it, and is before `first` where there is nothing. */
export interface Range {
  first: number;
  last: number;
}

export const NOTHING: Range = { first: 0, last: -1 };

/** What of a range is in a list: the list may have become shorter since the range was looked up. */
export function within({ first, last }: Range, count: number): Range {
  const inside = { first: Math.max(0, first), last: Math.min(count - 1, last) };
  return inside.first <= inside.last ? inside : NOTHING;
}

/** The places of a list that are seen in a window of `size` pixels, and `beyond` more at both ends. */
export function rangeOf(from: number, size: number, step: number, count: number, beyond = 0): Range {
  const range = { first: Math.floor(from / step) - beyond, last: Math.ceil((from + size) / step) + beyond };
  return within(range, count);
}

export const sameRange = (a: Range, b: Range) => a.first === b.first && a.last === b.last;
