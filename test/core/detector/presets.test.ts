import { describe, expect, test } from "vitest";
import { checkDetection } from "../../../src/core/detector/detection-check.ts";
import { type AdaptiveSettings, PRESETS } from "../../../src/core/detector/presets.ts";

const changed = (change: Partial<AdaptiveSettings>): AdaptiveSettings => ({ ...PRESETS.balanced, ...change });

describe("checkDetection", () => {
  test.each(Object.entries(PRESETS))("accepts the preset %s with 2, 3 and 6 targets", (_, settings) => {
    for (const targetCount of [2, 3, 6]) expect(checkDetection(settings, targetCount)).toEqual([]);
  });

  test.each<[mistake: Partial<AdaptiveSettings>, option: string]>([
    [{ confirmSpacingMs: 950, failoverEvidenceNats: 3 }, "confirmSpacing (950ms) must be less than 933ms"],
    [{ failoverEvidenceNats: 15 }, "failoverEvidence (15) must be at most 14.4"],
    [{ carryingIntervalMs: 200 }, "carryingInterval (200ms) must be at least confirmSpacing (250ms)"],
    [{ standbyIntervalMs: 200 }, "standbyInterval (200ms) must be at least confirmSpacing (250ms)"],
    [{ holdDownMs: 3_600_000 }, "holdDown (3600000ms) must be at most holdDownMax (1800000ms)"],
    [{ failoverSpanMs: 20_000 }, "failoverSpan (20000ms) must be at most failoverSpanMax (15000ms)"],
    [{ divertSpanMs: 4_000 }, "divertSpan (4000ms) must be at most failoverSpan (3000ms)"],
    [{ divertSpacingMs: 5 }, "divertSpacing (5ms) must be at least 20ms"],
    [{ failoverSpanGrowth: 0.5 }, "failoverSpanGrowth must be at least 1"],
    [{ downIntervalMs: 9_000 }, "downInterval (9000ms) must be at most downIntervalMax (5000ms)"],
    [{ failoverSpanMaxMs: 90_000 }, "confirmSpacing (250ms) must be at least 360ms with failoverSpanMax 90000ms"],
    [{ trafficStallMs: 0 }, "trafficStall must be a finite number above 0"],
    [{ boostAboveNats: -1 }, "boostAbove must be a finite number of 0 or more"],
  ])("says what is wrong with %j", (mistake, option) => {
    expect(checkDetection(changed(mistake), 3)).toEqual([expect.stringContaining(option)]);
  });

  test("asks for two targets, since one may be down by itself", () => {
    expect(checkDetection(PRESETS.balanced, 1)).toEqual([expect.stringContaining("at least 2 addresses")]);
    expect(checkDetection(PRESETS.classic, 1)).toEqual([]);
    expect(checkDetection({ ...PRESETS.classic, threshold: 2.5 }, 3)).toEqual(["threshold must be a whole number"]);
  });
});
