import { describe, expect, test } from "vitest";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { delayUntil, type Fate, type LineRun, runLine } from "../../fake/line.ts";

const FROM = 20_000;
const SEEDS = [1, 2, 3, 4, 5];

/** A queue that four downloads fill within a second or so; once full, it drops what comes. */
const FULL_MS = 1200;
const filling: Fate = ({ at, chance }) => {
  const waitMs = Math.min(FULL_MS, Math.max(0, at - FROM));
  return waitMs === FULL_MS && chance() < 0.05 ? null : 1 + waitMs;
};

const streaming = (): { sent: number; received: number } => ({ sent: 3, received: 30 });

const isDiverted = (run: LineRun): boolean => run.assessments.some(({ assessment }) => assessment.diverted);

describe.each(["fast", "balanced"] as const)("with %s, a line whose users fill its queue", (name) => {
  const settings = PRESETS[name];

  test("is not avoided, for what they download still comes", () => {
    for (const seed of SEEDS)
      expect(isDiverted(runLine({ settings, fate: filling, traffic: streaming, until: 60_000, seed }))).toBe(false);
  });

  test("is avoided once probes stay unanswered for seconds, whatever stream has outlived the line", () => {
    const fate: Fate = ({ at }) => (at >= FROM ? null : 1);
    const run = runLine({ settings, fate, traffic: streaming, until: 40_000 });
    const delay = delayUntil(run, FROM, ({ diverted }) => diverted);
    // Traffic that flows puts probes off, so that the silence is found some seconds later.
    expect(delay).toBeLessThan(settings.trafficSkipMs + 3000);
  });
});

test("a line that loses three fifths is degraded, though each of its targets seems dead", () => {
  const fate: Fate = ({ at, chance }) => (at >= FROM && chance() < 0.6 ? null : 1);
  for (const seed of SEEDS) {
    const run = runLine({ settings: PRESETS.fast, fate, until: FROM + 120_000, seed });
    expect(delayUntil(run, FROM, ({ degraded, verdict }) => degraded.loss || verdict === "down")).toBeLessThan(60_000);
  }
});
