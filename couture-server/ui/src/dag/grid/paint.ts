// Paints the visible cells onto a canvas: thousands of elements would cost more than a frame.

import { stateColor } from "../../parts/StateBadge";
import type { Cell, GridRun } from "../data/shapes";
import { CELL, COLUMN, HEAD, ROW } from "./measures";
import { rangeOf } from "./range";
import type { Row } from "./rows";

/** Colours as the theme has them now, in a form that a canvas takes. `probe` is an element that nobody sees. */
export class Palette {
  private readonly known = new Map<string, string>();
  constructor(private readonly probe: HTMLElement) {}

  color(css: string): string {
    const known = this.known.get(css);
    if (known !== undefined) return known;
    this.probe.style.color = css;
    const value = getComputedStyle(this.probe).color;
    this.known.set(css, value);
    return value;
  }
}

export interface Picture {
  rows: Row[];
  runs: GridRun[];
  states: Record<string, Record<string, Cell>>;
  names: number;
  left: number;
  top: number;
  width: number;
  height: number;
  selectedRun: number;
  selectedRow: number;
  hoverRun: number;
  hoverRow: number;
}

const OUTLINED = "none";

/** Adds the cell's outline at a place to the path. */
function squares(context: CanvasRenderingContext2D, places: number[], inset: number, radius: number) {
  context.beginPath();
  for (let i = 0; i < places.length; i += 2) {
    const size = CELL - 2 * inset;
    context.roundRect(places[i]! + inset, places[i + 1]! + inset, size, size, radius);
  }
}

export function paint(context: CanvasRenderingContext2D, picture: Picture, palette: Palette) {
  const { rows, runs, states, names, left, top, width, height } = picture;
  context.clearRect(0, 0, width, height);
  const rowRange = rangeOf(top, height - HEAD, ROW, rows.length);
  const runRange = rangeOf(left, width - names, COLUMN, runs.length);

  const xOf = (run: number) => names + run * COLUMN - left;
  const yOf = (row: number) => HEAD + row * ROW - top;
  bands(context, picture, palette, xOf, yOf);

  const byState = new Map<string, number[]>();
  const mapped: number[] = [];
  const groups: number[] = [];
  const inset = (COLUMN - CELL) / 2;
  for (let run = runRange.first; run <= runRange.last; run += 1) {
    const cells = states[runs[run]!.run_id];
    if (!cells) continue;
    const x = xOf(run) + inset;
    for (let row = rowRange.first; row <= rowRange.last; row += 1) {
      const { id, kind } = rows[row]!;
      const cell = cells[id];
      if (!cell) continue;
      const y = yOf(row) + (ROW - CELL) / 2;
      const state = cell[0] ?? OUTLINED;
      const places = byState.get(state);
      if (places) places.push(x, y);
      else byState.set(state, [x, y]);
      if (kind === "group") groups.push(x, y);
      else if (cell[4] !== null) mapped.push(x, y);
    }
  }
  for (const [state, places] of byState) {
    if (state === OUTLINED) {
      squares(context, places, 0.75, 3);
      context.lineWidth = 1.25;
      context.strokeStyle = palette.color("var(--line-strong)");
      context.stroke();
      continue;
    }
    squares(context, places, 0, 3);
    context.fillStyle = palette.color(stateColor(state));
    context.fill();
    sign(context, state, places, palette.color("var(--dag-sign)"));
  }
  // A group's and a mapped task's cell stands for many: it has a frame around it.
  context.lineWidth = 1.25;
  context.strokeStyle = palette.color("var(--text-faint)");
  squares(context, groups, -2, 5);
  context.stroke();
  squares(context, mapped, -2, 5);
  context.stroke();
}

function bands(
  context: CanvasRenderingContext2D,
  picture: Picture,
  palette: Palette,
  xOf: (run: number) => number,
  yOf: (row: number) => number,
) {
  const { width, height, names } = picture;
  const band = (run: number, row: number, color: string) => {
    context.fillStyle = color;
    if (run >= 0) context.fillRect(xOf(run), 0, COLUMN, height);
    if (row >= 0) context.fillRect(names, yOf(row), width - names, ROW);
  };
  band(picture.hoverRun, picture.hoverRow, palette.color("var(--dag-hover)"));
  band(picture.selectedRun, picture.selectedRow, palette.color("var(--dag-chosen)"));
}

/** Signs for those who cannot tell the colours apart. */
function sign(context: CanvasRenderingContext2D, state: string, places: number[], color: string) {
  const path = SIGN_PATHS[state];
  if (!path) return;
  context.beginPath();
  for (let i = 0; i < places.length; i += 2) path(context, places[i]!, places[i + 1]!);
  context.lineWidth = 1.6;
  context.lineCap = "round";
  context.strokeStyle = color;
  context.stroke();
}

const SIGN_PATHS: Record<string, (context: CanvasRenderingContext2D, x: number, y: number) => void> = {
  failed(context, x, y) {
    context.moveTo(x + 4.5, y + 4.5);
    context.lineTo(x + 9.5, y + 9.5);
    context.moveTo(x + 9.5, y + 4.5);
    context.lineTo(x + 4.5, y + 9.5);
  },
  upstream_failed(context, x, y) {
    context.moveTo(x + 7, y + 10);
    context.lineTo(x + 7, y + 4);
    context.moveTo(x + 4.5, y + 6.5);
    context.lineTo(x + 7, y + 4);
    context.lineTo(x + 9.5, y + 6.5);
  },
  running(context, x, y) {
    context.moveTo(x + 5.5, y + 4);
    context.lineTo(x + 9.5, y + 7);
    context.lineTo(x + 5.5, y + 10);
  },
  skipped(context, x, y) {
    context.moveTo(x + 4, y + 7);
    context.lineTo(x + 10, y + 7);
  },
  up_for_retry(context, x, y) {
    context.moveTo(x + 10, y + 7);
    context.arc(x + 7, y + 7, 3, 0, Math.PI * 1.5);
  },
};
