import { describe, expect, test } from "vitest";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { cleanLine, delayUntil, type Fate, type LineRun, runLine } from "../../fake/line.ts";

const FROM = 20_000;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const lossy =
  (ratio: number): Fate =>
  ({ at, chance }) =>
    at >= FROM && chance() < ratio ? null : 1;

const busy =
  (ratio: number) =>
  (at: number, chance: () => number): { sent: number; received: number } => ({
    sent: 3,
    received: at < FROM ? 3 : [0, 1, 2].filter(() => chance() >= ratio).length,
  });

const runs = (ratio: number, users: boolean, lastsMs: number): readonly LineRun[] =>
  SEEDS.map((seed) =>
    runLine({
      settings: PRESETS.balanced,
      fate: lossy(ratio),
      until: FROM + lastsMs,
      seed,
      ...(users ? { traffic: busy(ratio) } : {}),
    }),
  );

describe.each([
  { users: false, who: "without users" },
  { users: true, who: "with users, whose answers would otherwise put probes off" },
])("a line that loses a part of everything, $who", ({ users }) => {
  test("is avoided within 15 s, in the median, where that is two fifths", () => {
    const delays = runs(0.4, users, 60_000).map((run) => delayUntil(run, FROM, ({ diverted }) => diverted));
    expect(delays.sort((a, b) => a - b)[4]).toBeLessThan(15_000);
  });

  test("is neither avoided nor called degraded for ten minutes where that is a tenth", () => {
    for (const run of runs(0.1, users, 600_000)) {
      expect(run.assessments.filter(({ assessment: { diverted, degraded } }) => diverted || degraded.loss)).toEqual([]);
    }
  });
});

test("targets that die say nothing about the line's losses", () => {
  const fate: Fate = ({ target, at }) => (target > 0 && at >= FROM ? null : 1);
  for (const seed of SEEDS) {
    const run = runLine({ settings: PRESETS.balanced, fate, until: 120_000, seed });
    expect(run.assessments.some(({ assessment }) => assessment.diverted)).toBe(false);
  }
});

test("an interruption that ends says nothing about them either", () => {
  const dead = [0, 1, 2, 3].map((count) => [FROM + 5000 * count, FROM + 5000 * count + 400] as const);
  const run = runLine({ settings: PRESETS.balanced, fate: cleanLine(dead), until: 60_000 });
  expect(run.assessments.at(-1)?.assessment).toMatchObject({ verdict: "up", diverted: false });
  expect(run.assessments.every(({ assessment }) => !assessment.reason.includes("are lost"))).toBe(true);
});
