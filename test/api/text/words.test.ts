import { expect, test } from "vitest";
import { age, lossShare, remainder, roundTrip, sentence } from "../../../src/api/text/words.ts";
import { clip, paint, span, widthOf, wrap } from "../../../src/cli/line.ts";
import { sparkline } from "../../../src/cli/sparkline.ts";
import { list } from "../../../src/core/words.ts";

test.each([
  [0, "0 s", "0 s"],
  [999, "0 s", "1 s"],
  [59_999, "59 s", "1 m"],
  [192_000, "3 m 12 s", "3 m 12 s"],
  [3_600_000, "1 h", "1 h"],
  [277_283_000, "3 d 5 h", "3 d 5 h"],
  [-5, "0 s", "0 s"],
])("%d ms have lasted %s and will last %s", (ms, lasted, lasting) => {
  expect([age(ms), remainder(ms)]).toEqual([lasted, lasting]);
});

test("round trips and loss are as exact as they are of use", () => {
  expect([0.123, 9.94, 9.96, 123.4, 1234, null].map(roundTrip)).toEqual([
    "0.1 ms",
    "9.9 ms",
    "10 ms",
    "123 ms",
    "1.2 s",
    "–",
  ]);
  expect([0, 0.001, 0.5, null].map((ratio) => lossShare(ratio, true))).toEqual([
    "0 % lost",
    "<1 % lost",
    "50 % lost",
    "–",
  ]);
});

test("lists and sentences end as they should", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(list)).toEqual(["", "a", "a and b", "a, b and c"]);
  expect(["lte works", "Done.", "Why?"].map(sentence)).toEqual(["lte works.", "Done.", "Why?"]);
});

const drawn = (rttMs: readonly (number | null)[], width: number): string => paint(sparkline(rttMs, width), false);

test("a sparkline shows the newest probes, the slower the higher, the lost as crosses", () => {
  expect(drawn([20, 30, 40, 70, 150, 900, null], 10)).toBe("▁▁▂▃▅▇×");
  expect(drawn([1, 2, 3, null], 2)).toBe("▁×");
  expect(drawn([null, null], 5)).toBe("××");
  expect(drawn([], 5)).toBe("");
});

test("round trips within a LAN look alike", () => {
  expect(drawn([0.1, 0.4, 0.2, 1.1], 10)).toBe("▁▁▁▁");
});

test("a line that is too long ends in an ellipsis", () => {
  const line = [span("abc", "good"), span("def")];
  expect([6, 5, 1, 0].map((width) => paint(clip(line, width), false))).toEqual(["abcdef", "abcd…", "…", ""]);
  expect(widthOf(clip(line, 4))).toBe(4);
});

test("a number is never parted from its unit", () => {
  const rows = wrap([span("lasts for 12 m now and 5 minutes")], { width: 12, indent: 2 });
  expect(rows.map((row) => paint(row, false))).toEqual(["lasts for", "  12 m now", "  and 5", "  minutes"]);
});
