// Scales and ticks of the charts.

/** Maps [from, to] of the data to [start, end] of the picture. */
export function scale(from: number, to: number, start: number, end: number): (value: number) => number {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

const NICE_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** Round values between two numbers of seconds, about `count` of them. */
export function secondTicks(from: number, to: number, count: number): number[] {
  const rough = (to - from || 1) / count;
  let step = NICE_SECONDS.find((nice) => nice >= rough);
  if (rough < 1 || step === undefined) step = decimalStep(rough);
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to + step * 1e-9 && ticks.length < 100; tick += step)
    ticks.push(tick);
  return ticks;
}

function decimalStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((nice) => nice * power >= rough) ?? 10) * power;
}

/** Whole numbers from 0 up to at least `to`. */
export function wholeTicks(to: number, count: number): number[] {
  const step = Math.max(1, Math.ceil(decimalStep(Math.max(1, to) / count)));
  const ticks: number[] = [];
  for (let tick = 0; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}

/** Colours that stay apart from each other in both themes. */
export function seriesColor(index: number): string {
  return `oklch(var(--chart-light) 0.13 ${Math.round((index * 137.508 + 195) % 360)})`;
}
