import { useMemo, useRef, useState, type MouseEvent } from "react";
import { useSize } from "../grid/useViewport";
import { scale, seriesColor } from "./scale";

export interface Series {
  name: string;
  /** A value for each place of the x axis; null where there is none. */
  values: readonly (number | null)[];
}

interface Props {
  series: Series[];
  /** What stands below each place. */
  labels: readonly string[];
  ticks: (max: number) => number[];
  words: (value: number) => string;
  label: string;
  onChoose: (place: number, series: string) => void;
}

const LEFT = 76;
const BOTTOM = 44;
const TOP = 12;
const RIGHT = 16;

/** Lines over runs, one for each task. */
export function LineChart({ series, labels, ticks, words, label, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height: room } = useSize(box);
  const height = Math.max(220, room);
  const [hover, setHover] = useState<{ place: number; series: number } | null>(null);
  const max = useMemo(
    () => Math.max(1e-9, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))),
    [series],
  );
  const min = useMemo(
    () => Math.min(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))),
    [series],
  );
  const x = scale(0, Math.max(1, labels.length - 1), LEFT, width - RIGHT);
  const y = scale(min, max * 1.05, height - BOTTOM, TOP);
  const paths = useMemo(
    () => (width === 0 ? [] : series.map(({ values }) => linePath(values, x, y))),
    // The scales follow from these.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [series, width, height, max, min],
  );
  const onMove = (event: MouseEvent) => {
    const frame = event.currentTarget.getBoundingClientRect();
    const [px, py] = [event.clientX - frame.left, event.clientY - frame.top];
    const place = Math.max(
      0,
      Math.min(
        labels.length - 1,
        Math.round(((px - LEFT) / Math.max(1, width - RIGHT - LEFT)) * Math.max(1, labels.length - 1)),
      ),
    );
    let best = -1;
    let nearest = 40;
    series.forEach(({ values }, index) => {
      const value = values[place];
      if (value == null) return;
      const distance = Math.abs(y(value) - py);
      if (distance < nearest) [best, nearest] = [index, distance];
    });
    setHover(best < 0 ? null : { place, series: best });
  };
  const told = placesFor(labels, x, width - RIGHT);
  const at = hover && series[hover.series];
  const value = at && hover ? at.values[hover.place] : null;
  return (
    <div ref={box} className="chart-box">
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={label}
          onMouseMove={onMove}
          onMouseLeave={() => setHover(null)}
          onClick={() => hover && at && onChoose(hover.place, at.name)}
        >
          {ticks(max).map((tick) => (
            <g key={tick} transform={`translate(0,${y(tick)})`}>
              <line x1={LEFT} x2={width - RIGHT} className="chart-line" />
              <text x={LEFT - 8} dy="0.32em" textAnchor="end" className="chart-text">
                {words(tick)}
              </text>
            </g>
          ))}
          {told.map(({ index, middle }) => (
            <text key={index} x={middle} y={height - BOTTOM + 20} textAnchor="middle" className="chart-text">
              {labels[index]}
            </text>
          ))}
          {paths.map((path, index) => (
            <g
              key={series[index]!.name}
              style={{ color: seriesColor(index) }}
              className={hover ? (hover.series === index ? "chart-series strong" : "chart-series dim") : "chart-series"}
            >
              <path d={path} fill="none" stroke="currentColor" />
              {series[index]!.values.length <= 60 &&
                series[index]!.values.map(
                  (one, place) =>
                    one !== null && <circle key={place} cx={x(place)} cy={y(one)} r={2.5} fill="currentColor" />,
                )}
            </g>
          ))}
          {hover && value != null && <circle cx={x(hover.place)} cy={y(value)} r={5} className="chart-point" />}
        </svg>
      )}
      {hover && at && value != null && (
        <div
          className="dag-tip"
          style={{ left: Math.min(x(hover.place) + 12, width - 250), top: Math.min(y(value) + 12, height - 90) }}
        >
          <b>{at.name}</b>
          <span>{words(value)}</span>
          <span className="faint">{labels[hover.place]}</span>
        </div>
      )}
    </div>
  );
}

const LETTER = 6.6;
const APART = 14;

/** The labels that have room, none touching another, and where their middles are. */
function placesFor(labels: readonly string[], x: (value: number) => number, end: number) {
  const told: { index: number; middle: number }[] = [];
  let free = -Infinity;
  labels.forEach((text, index) => {
    const half = (text.length * LETTER) / 2;
    const middle = Math.min(x(index), end - half);
    if (middle - half < free) return;
    told.push({ index, middle });
    free = middle + half + APART;
  });
  return told;
}

function linePath(
  values: readonly (number | null)[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let drawing = false;
  values.forEach((value, index) => {
    if (value === null) return;
    path += `${drawing ? "L" : "M"}${x(index).toFixed(1)},${y(value).toFixed(1)}`;
    drawing = true;
  });
  return path;
}
