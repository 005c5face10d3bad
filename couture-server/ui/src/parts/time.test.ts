import { describe, expect, it } from "vitest";
import { formatAgo, formatDuration, formatTime, fromField, toField } from "./time";

describe("times", () => {
  const check = (found: string | null, expected: string | null) =>
    it(`${expected}`, () => expect(found).toBe(expected));
  check(formatTime("2026-02-03T04:05:06.789Z", "UTC"), "2026-02-03 04:05:06");
  check(formatTime("2026-02-03T04:05:06.789+02:00", "UTC", true), "2026-02-03 02:05:06.789");
  check(formatTime(null, "UTC"), "");
  check(formatTime("not a time", "UTC"), "not a time");
  check(fromField("2026-02-03T04:05:06", "UTC"), "2026-02-03T04:05:06.000Z");
  check(fromField("", "UTC"), null);
  check(fromField("x", "UTC"), null);
  check(toField("2026-02-03T04:05:06Z", "UTC"), "2026-02-03T04:05:06");
  it("a local time is read back", () => {
    const iso = "2026-07-03T04:05:06.000Z";
    expect(fromField(toField(iso, "local"), "local")).toBe(iso);
  });
});

describe("durations", () => {
  const check = (seconds: number | null, expected: string) =>
    it(expected, () => expect(formatDuration(seconds)).toBe(expected));
  check(null, "");
  check(0, "0.00 s");
  check(9.876, "9.88 s");
  check(59.94, "59.9 s");
  check(60, "1:00");
  check(3599.6, "1:00:00");
  check(3661, "1:01:01");
  check(3 * 86400 + 5, "3 d 00:00:05");
  check(-2, "-2.00 s");
});

describe("how long ago", () => {
  const now = Date.UTC(2026, 0, 2);
  const check = (seconds: number, expected: string) =>
    it(expected, () => expect(formatAgo(now - seconds * 1000, now)).toBe(expected));
  check(1, "just now");
  check(-2, "just now");
  check(59, "59 s ago");
  check(61, "1 min ago");
  check(-7200, "in 2 h");
  check(86400 * 3, "3 d ago");
});
