import { useStore, type ReactFlowState } from "@xyflow/react";
import { useContext, useEffect, useMemo, useRef } from "react";
import { stateColor } from "../../parts/StateBadge";
import { Palette } from "../grid/paint";
import { onTheme } from "../grid/useViewport";
import { BoardContext } from "./board";
import type { Box, Laid } from "./shape";

const look = (state: ReactFlowState) => ({
  x: state.transform[0],
  y: state.transform[1],
  zoom: state.transform[2],
  width: state.width,
  height: state.height,
});
const same = (a: ReturnType<typeof look>, b: ReturnType<typeof look>) =>
  a.x === b.x && a.y === b.y && a.zoom === b.zoom && a.width === b.width && a.height === b.height;

interface Placed extends Box {
  absoluteX: number;
  absoluteY: number;
}

/** Where each box is on the whole, its groups' places added. */
export function placed(laid: Laid): Placed[] {
  const known = new Map<string, Placed>();
  return laid.boxes.map((box) => {
    const parent = box.parent === null ? undefined : known.get(box.parent);
    const whole = { ...box, absoluteX: box.x + (parent?.absoluteX ?? 0), absoluteY: box.y + (parent?.absoluteY ?? 0) };
    known.set(box.node.id, whole);
    return whole;
  });
}

/** A large graph seen from far: painted, because thousands of elements would hold up the page. */
export function Overview({ laid, found, chosen }: { laid: Laid; found: ReadonlySet<string> | null; chosen?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const probe = useRef<HTMLElement>(null);
  const board = useContext(BoardContext);
  const view = useStore(look, same);
  const boxes = useMemo(() => placed(laid), [laid]);
  useEffect(() => {
    let palette = new Palette(probe.current!);
    let frame = 0;
    const draw = () =>
      paintAll(canvas.current!, palette, {
        view,
        laid,
        boxes,
        found,
        chosen,
        stateOf: (id) => board.get(id)?.[0] ?? null,
      });
    const later = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    };
    draw();
    const stop = board.watchAll(later);
    const unTheme = onTheme(() => {
      palette = new Palette(probe.current!);
      later();
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
      unTheme();
    };
  }, [view, laid, boxes, found, chosen, board]);
  return (
    <>
      <i ref={probe} className="dag-probe" aria-hidden="true" />
      <canvas
        ref={canvas}
        className="dag-overview"
        style={{ width: view.width, height: view.height }}
        aria-hidden="true"
      />
    </>
  );
}

interface Scene {
  view: ReturnType<typeof look>;
  laid: Laid;
  boxes: Placed[];
  found: ReadonlySet<string> | null;
  chosen?: string;
  stateOf: (id: string) => string | null;
}

function paintAll(canvas: HTMLCanvasElement, palette: Palette, scene: Scene) {
  const { view, laid, boxes, found, chosen, stateOf } = scene;
  const context = canvas.getContext("2d");
  if (!context) return;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(view.width * scale);
  canvas.height = Math.round(view.height * scale);
  context.setTransform(scale * view.zoom, 0, 0, scale * view.zoom, scale * view.x, scale * view.y);
  context.lineWidth = Math.max(1, 0.7 / view.zoom);
  context.strokeStyle = palette.color(laid.lines.length > 400 ? "var(--line)" : "var(--line-strong)");
  context.beginPath();
  for (const { points } of laid.lines) {
    context.moveTo(points[0]!.x, points[0]!.y);
    for (const point of points.slice(1)) context.lineTo(point.x, point.y);
  }
  context.stroke();
  for (const { node, open, absoluteX: x, absoluteY: y, width, height } of boxes) {
    context.beginPath();
    context.roundRect(x, y, width, height, 6);
    if (open) {
      context.strokeStyle = palette.color("var(--text-faint)");
      context.stroke();
      continue;
    }
    const state = stateOf(node.id);
    context.globalAlpha = found && !found.has(node.id) ? 0.2 : 1;
    context.fillStyle = palette.color(state === null ? "var(--surface-3)" : stateColor(state));
    context.fill();
    context.globalAlpha = 1;
    if (node.id === chosen || found?.has(node.id)) {
      context.strokeStyle = palette.color("var(--text)");
      context.lineWidth = 2.5 / view.zoom;
      context.stroke();
      context.lineWidth = Math.max(1, 0.7 / view.zoom);
    }
  }
}
