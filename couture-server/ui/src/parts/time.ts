import { Stored } from "./stored";

export type Zone = "UTC" | "local";

/** The zone in which the viewer reads times. */
export const zone = new Stored<Zone>("zone", ["UTC", "local"], "UTC");

/** The name of the browser's own zone. */
export const localZoneName = Intl.DateTimeFormat().resolvedOptions().timeZone;

const two = (n: number) => String(n).padStart(2, "0");

/** `2026-11-23 09:05:00`, in this zone; milliseconds where asked for. "" for no time. */
export function formatTime(time: string | number | Date | null | undefined, where: Zone, millis = false): string {
  if (time === null || time === undefined || time === "") return "";
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const utc = where === "UTC";
  const [year, month, day, hour, minute, second] = utc
    ? [
        date.getUTCFullYear(),
        date.getUTCMonth(),
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
      ]
    : [date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  const fraction = millis ? `.${String(date.getUTCMilliseconds()).padStart(3, "0")}` : "";
  return `${String(year).padStart(4, "0")}-${two(month + 1)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${fraction}`;
}

/** `just now`, `5 min ago`, `in 3 h`, `2 d ago`. */
export function formatAgo(time: string | number | Date, now_ms: number): string {
  const seconds = (now_ms - new Date(time).getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  const [count, unit] =
    size < 60
      ? [size, "s"]
      : size < 3600
        ? [size / 60, "min"]
        : size < 86400
          ? [size / 3600, "h"]
          : size < 86400 * 60
            ? [size / 86400, "d"]
            : size < 86400 * 730
              ? [size / 86400 / 30.44, "months"]
              : [size / 86400 / 365.25, "years"];
  const text = `${Math.floor(count)} ${unit}`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** A length of time in seconds: `0.35 s`, `12.4 s`, `3:05`, `2:03:05`, `3 d 02:03:05`. "" for none. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "";
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86400),
    Math.floor((whole % 86400) / 3600),
    Math.floor((whole % 3600) / 60),
    whole % 60,
  ];
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}:${two(rest)}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The value of a datetime-local field as RFC 3339, read in this zone; null if it is none. */
export function fromField(text: string, where: Zone): string | null {
  if (!text) return null;
  const date = new Date(where === "UTC" ? `${text}Z` : text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** A time as the value of a datetime-local field. */
export function toField(time: string | null | undefined, where: Zone): string {
  return formatTime(time, where).replace(" ", "T");
}
