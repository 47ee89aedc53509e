import { expect, test } from "vitest";
import { type Counting, count } from "../../src/core/history/usage.ts";

const NONE: Counting = { usage: [], meters: [] };

interface Reading {
  readonly received: number;
  readonly boot?: string;
  readonly link?: number;
  readonly period?: string;
}

/** What is counted of readings in their order. */
const countedOf = (...readings: readonly Reading[]): readonly (readonly [string, number])[] =>
  readings
    .reduce(
      (counting, { received, boot = "a", link = 3, period = "2026-10-01" }) =>
        count(counting, { uplink: "lte", boot, link, received, sent: 0 }, period),
      NONE,
    )
    .usage.map((one) => [one.period, one.received]);

test.each([
  ["what was carried before we came doesn't count", [{ received: 5000 }], [["2026-10-01", 0]]],
  ["what grows counts once", [{ received: 5000 }, { received: 5300 }, { received: 5300 }], [["2026-10-01", 300]]],
  [
    "an interface that appears anew counts from 0",
    [{ received: 5000 }, { received: 5100 }, { received: 6000, link: 4 }],
    [["2026-10-01", 6100]],
  ],
  ["so does a counter that went back", [{ received: 5000 }, { received: 40 }], [["2026-10-01", 40]]],
  ["and a machine that was booted", [{ received: 50 }, { received: 60, boot: "b" }], [["2026-10-01", 60]]],
  [
    "a month begins with what grew since its last reading",
    [{ received: 0 }, { received: 70 }, { received: 100, period: "2026-11-01" }],
    [
      ["2026-10-01", 70],
      ["2026-11-01", 30],
    ],
  ],
] as const)("%s", (_name, readings, counted) => {
  expect(countedOf(...readings)).toEqual(counted);
});
