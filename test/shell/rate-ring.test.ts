import { expect, test } from "vitest";
import { openRateRing } from "../../src/shell/history/rate-ring.ts";

const ALL = { from: 0, until: Number.POSITIVE_INFINITY };

const counted = (uplink: string, received: number, sent = 0, period = "2026-10-01") => ({
  uplink,
  period,
  received,
  sent,
});

test("a rate is the mean since the reading before, of each uplink that was counted then in the same month", () => {
  const ring = openRateRing();
  ring.add(10_000, [counted("fiber", 5_000_000)]);
  ring.add(20_000, [counted("fiber", 6_250_000, 2500), counted("lte", 9_000_000)]);
  ring.add(30_000, [counted("fiber", 10, 10, "2026-11-01"), counted("lte", 9_000_000, 1250)]);
  ring.add(50_000, [counted("fiber", 5010, 10, "2026-11-01"), counted("lte", 9_000_000, 1250)]);
  const fiber = [
    [20_000, 1_000_000, 2000],
    [50_000, 2000, 0],
  ];
  const lte = [
    [30_000, 0, 1000],
    [50_000, 0, 0],
  ];
  expect(ring.between(ALL)).toEqual([
    { uplink: "fiber", points: fiber },
    { uplink: "lte", points: lte },
  ]);
  expect(ring.between({ from: 20_000, until: 50_000 }).map(({ points }) => points)).toEqual([[fiber[0]], [lte[0]]]);
});

test("questions that come soon after another measure no single packets", () => {
  const ring = openRateRing();
  ring.add(10_000, [counted("fiber", 0)]);
  ring.add(14_000, [counted("fiber", 1_000_000)]);
  ring.add(20_000, [counted("fiber", 1_250_000)]);
  expect(ring.between(ALL)[0]?.points).toEqual([[20_000, 1_000_000, 0]]);
});

test("an hour is kept, and nothing of an uplink that is no longer configured", () => {
  const ring = openRateRing();
  for (let at = 0; at <= 7_200_000; at += 10_000) ring.add(at, [counted("fiber", at), counted("lte", at)]);
  const [{ points } = { points: [] }] = ring.between(ALL);
  expect([points.length, points[0]?.[0], points.at(-1)?.[0]]).toEqual([360, 3_610_000, 7_200_000]);
  ring.add(7_210_000, [counted("lte", 7_210_000)]);
  expect(ring.between(ALL).map(({ uplink }) => uplink)).toEqual(["lte"]);
});
