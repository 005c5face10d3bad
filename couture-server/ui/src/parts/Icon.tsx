/** The page's own icons: 16 × 16, drawn with one stroke in the colour of the text. */
const PATHS = {
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  close: "M3.5 3.5l9 9m0-9l-9 9",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4L6 8l4 4",
  up: "M4 10l4-4 4 4",
  play: "M5 3.2v9.6L12.5 8 5 3.2Z",
  pause: "M5.5 3v10m5-10v10",
  refresh: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
  trash: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.8M9.2 7v3.8",
  edit: "M3 13l.6-2.8L10.8 3 13 5.2 5.8 12.4 3 13Z",
  plus: "M8 3v10M3 8h10",
  check: "M3 8.5l3.2 3.2L13 4.8",
  upload: "M8 11V3.5M5 6l3-3 3 3M3 11v2h10v-2",
  download: "M8 3v7.5M5 8l3 3 3-3M3 11v2h10v-2",
  grid: "M3 3h4v4H3V3Zm6 0h4v4H9V3ZM3 9h4v4H3V9Zm6 0h4v4H9V9Z",
  graph: "M2.5 6.5h3v3h-3v-3Zm8-4h3v3h-3v-3Zm0 8h3v3h-3v-3Zm-5-2.5h2.5V4h2.5M8 8v4h2.5",
  gantt: "M3 4h6M5 8h6M8 12h5",
  code: "M5.5 4.5L2 8l3.5 3.5m5-7L14 8l-3.5 3.5",
  list: "M5.5 4H13M5.5 8H13M5.5 12H13M3 4h.01M3 8h.01M3 12h.01",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9v3l2 1.5",
  user: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-5 5.5c.4-2.6 2.3-4 5-4s4.6 1.4 5 4",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.2m0 10.6v1.2M1.5 8h1.2m10.6 0h1.2M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5Z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  link: "M6.5 9.5l3-3M7 4.8l1-1a2.5 2.5 0 0 1 3.6 3.5l-1 1.1M9 11.2l-1 1a2.5 2.5 0 0 1-3.6-3.5l1-1.1",
  eye: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  warning: "M8 2.5L14.5 13.5h-13L8 2.5Zm0 4.2v3.1m0 1.7v.1",
  copy: "M5.5 5.5h7.5V13H5.5V5.5ZM10.5 5.5V3H3v7.5h2.5",
  external: "M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5",
  history: "M3 8a5 5 0 1 0 1.5-3.6M3 2.5V5h2.5M8 5.5V8l2 1.2",
  flag: "M4 14V2.5h7.5L10 5.5l1.5 3H4",
  key: "M6 10.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm2.8-3H14v2.5m-2.5-2.5v2",
  layers: "M8 2.5l6 3-6 3-6-3 6-3Zm-6 5.5l6 3 6-3m-12 2.5l6 3 6-3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
