// The grid's measures, in CSS pixels.

export const COLUMN = 20;
export const ROW = 24;
export const CELL = 14;
export const HEAD = 104;
/** The height of the longest duration's bar. */
export const BAR = 62;
/** Free at the right of the last run, so that the label of its day is not cut off. */
export const AFTER = 44;
export const NAMES_MIN = 120;
export const NAMES_MAX = 360;
/** Rows and columns made beyond the edge, so that a quick scroll does not show a gap. */
export const BEYOND = 6;
