import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { chances, cleanLine, delayUntil, runLine } from "../../fake/line.ts";

// Virtual minutes and hours pass here; a loaded machine may need its time for them.
vi.setConfig({ testTimeout: 60_000 });

type PresetName = Exclude<keyof typeof PRESETS, "classic">;

const ADAPTIVE_PRESET = fc.constantFrom<PresetName>("fast", "balanced", "calm", "metered");

describe("an outage", () => {
  const bound = (settings: (typeof PRESETS)[PresetName]): number =>
    1.1 * settings.carryingIntervalMs + 2 * settings.failoverSpanMs + 2 * 3_000 + 2 * settings.confirmSpacingMs + 500;

  test("that lasts is found within its bound", () => {
    fc.assert(
      fc.property(
        ADAPTIVE_PRESET,
        fc.nat(),
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 600 }),
        (preset, seed, after, rttMs) => {
          const from = 10_000 + after;
          const settings = PRESETS[preset];
          const run = runLine({
            settings,
            seed,
            until: from + 60_000,
            fate: cleanLine([[from, Number.POSITIVE_INFINITY]], rttMs),
          });
          expect(delayUntil(run, from, ({ verdict }) => verdict === "down")).toBeLessThan(bound(settings));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("shorter than the span less the round trip is never a failure", () => {
    fc.assert(
      fc.property(
        ADAPTIVE_PRESET,
        fc.nat(),
        fc.integer({ min: 1, max: 30_000 }),
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (preset, seed, after, rttMs, share) => {
          const from = 10_000 + after;
          const settings = PRESETS[preset];
          const to = from + share * (settings.failoverSpanMs - rttMs);
          const run = runLine({ settings, seed, until: from + 60_000, fate: cleanLine([[from, to]], rttMs) });
          expect(run.assessments.filter(({ assessment }) => assessment.verdict === "down")).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("of some targets is never a failure while one answers", () => {
    fc.assert(
      fc.property(
        ADAPTIVE_PRESET,
        fc.nat(),
        fc.integer({ min: 2, max: 6 }),
        fc.nat(63),
        (preset, seed, targetCount, mask) => {
          const survivor = seed % targetCount;
          const chance = chances(seed);
          const diesAt = Array.from({ length: targetCount }, () => 5_000 + 60_000 * chance());
          const fate = ({ target, at }: { target: number; at: number }): number | null =>
            target !== survivor && (mask & (1 << target)) !== 0 && at > (diesAt[target] ?? 0) ? null : 15 + target;
          const run = runLine({ settings: PRESETS[preset], seed, targetCount, until: 240_000, fate });
          expect(run.assessments.filter(({ assessment }) => assessment.verdict === "down")).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });
});
