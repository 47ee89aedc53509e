import { describe, expect, test } from "vitest";
import { learnLoss, newBrownOut } from "../../../src/core/detector/brown-out.ts";
import { isRestored, startOutage } from "../../../src/core/detector/hold-down.ts";
import { confidence, startPatience } from "../../../src/core/detector/patience.ts";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { draw } from "../../../src/core/detector/random.ts";
import { span } from "../../../src/core/detector/reason.ts";
import { learnOutcome, learnRoundTrip, NEW_TARGET, timeoutOf } from "../../../src/core/detector/round-trip.ts";

describe("the restoration test", () => {
  test.each([
    [27, 0, false],
    [28, 0, true],
    [44, 1, false],
    [46, 1, true],
    [1_800, 100, true],
    [1_800, 250, false],
    [100_000, 5_000, true],
  ])("%i outcomes with %i losses: %s", (outcomes, losses, restored) => {
    expect(isRestored({ ...startOutage(PRESETS.balanced, null, 0), outcomes, losses })).toBe(restored);
  });
});

describe("the round trip", () => {
  test("is smoothed as RFC 6298 says", () => {
    const first = learnRoundTrip(NEW_TARGET, 100);
    expect(first).toMatchObject({ rttMs: 100, deviationMs: 50, baseMs: 100 });
    expect(learnRoundTrip(first, 180)).toMatchObject({
      rttMs: 110,
      deviationMs: 57.5,
      baseMs: expect.closeTo(100.5, 9),
    });
  });

  test("sets the time-out, between the least and three seconds; one second while nothing is known", () => {
    const quick = learnRoundTrip(NEW_TARGET, 10);
    const slow = learnRoundTrip(NEW_TARGET, 2_000);
    expect(timeoutOf([quick], 0, 100)).toBe(100);
    expect(timeoutOf([slow], 0, 100)).toBe(3_000);
    expect(timeoutOf([NEW_TARGET], 0, 100)).toBe(1_000);
    expect(timeoutOf([NEW_TARGET, quick], 0, 100)).toBe(200);
  });

  test("a target is dead after 22 losses in a row and alive again after some answers", () => {
    const losses = (count: number) =>
      Array.from({ length: count }).reduce<typeof NEW_TARGET>((target) => learnOutcome(target, true), NEW_TARGET);
    expect([losses(21).dead, losses(22).dead]).toEqual([false, true]);
    const answered = Array.from({ length: 23 }).reduce<typeof NEW_TARGET>(
      (target) => learnOutcome(target, false),
      losses(22),
    );
    expect(answered.dead).toBe(false);
  });
});

test("a burst of losses counts no more than twice in the brown-out's sum", () => {
  const once = learnLoss(newBrownOut(0), true, 0);
  const twice = learnLoss(once, true, 500);
  expect(twice.lossNats).toBeGreaterThan(once.lossNats);
  expect(learnLoss(twice, true, 1_000).lossNats).toBe(twice.lossNats);
  expect(learnLoss(learnLoss(twice, false, 1_000), true, 1_500).lossNats).toBeGreaterThan(once.lossNats);
});

test("confidence starts at one half and follows what became of the failures", () => {
  const patience = startPatience(PRESETS.balanced, null, 0);
  expect(confidence(patience)).toBe(0.5);
  expect(confidence({ ...patience, longOutages: 8 })).toBe(0.9);
  expect(confidence({ ...patience, regrets: 8 })).toBe(0.1);
});

test("the random numbers are those of mulberry32", () => {
  const first = draw(1);
  expect(first.value).toBeCloseTo(0.6270739405881613, 15);
  expect(draw(first.random).value).toBeCloseTo(0.002735721180215478, 15);
});

test.each([
  [0.05, "0.1 ms"],
  [12.3, "12 ms"],
  [85, "85 ms"],
  [310, "0.3 s"],
  [3_100, "3.1 s"],
  [45_000, "45 s"],
  [900_000, "15 min"],
  [12_600_000, "3.5 h"],
])("%f ms reads as %s", (ms, text) => {
  expect(span(ms)).toBe(text);
});
