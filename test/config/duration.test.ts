import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/config/value/duration.ts";

describe("reading a duration", () => {
  test.each([
    ["500ms", 500],
    ["3s", 3_000],
    ["1.5s", 1_500],
    ["10m", 600_000],
    ["2h", 7_200_000],
    ["30d", 2_592_000_000],
    ["0s", 0],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "10", "s", "10 s", "-1s", "1e3s", "10S", "10sec", "1m30s", ".5s", "1.s", "Infinitys", "0x1s"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
});

describe("showing a duration", () => {
  test.each([
    [0, "0s"],
    [0.42, "0.4ms"],
    [250, "250ms"],
    [999.7, "1s"],
    [1_000, "1s"],
    [3_140, "3.1s"],
    [59_400, "59s"],
    [59_700, "1m"],
    [90_000, "1m 30s"],
    [600_000, "10m"],
    [3_723_456, "1h 2m"],
    [86_400_000, "1d"],
    [86_700_000, "1d"],
    [2_592_000_000, "30d"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("what is shown with one unit is read as the same", () => {
    fc.assert(
      fc.property(fc.constantFrom(1_000, 60_000, 3_600_000), fc.integer({ min: 1, max: 9 }), (unit, count) => {
        expect(parseDuration(formatDuration(unit * count))).toBe(unit * count);
      }),
    );
  });
});
