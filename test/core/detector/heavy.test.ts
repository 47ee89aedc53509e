import { describe, expect, test } from "vitest";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { busyTraffic, cleanLine, delayUntil, type Fate, type LineRun, runLine, verdicts } from "../../fake/line.ts";

const { balanced: BALANCED, fast: FAST, metered: METERED } = PRESETS;
const NEVER = Number.POSITIVE_INFINITY;

/** When each probe of a target was sent, from a moment on. */
const asked = (run: LineRun, target: number, from = 0): number[] =>
  run.probes.filter((probe) => probe.target === target && probe.at >= from).map(({ at }) => at);

const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, index) => at - (times[index] ?? 0));

describe("a heavy target beside lighter ones", () => {
  test.each([
    ["balanced", BALANCED],
    ["metered", METERED],
  ])("is asked once each page interval, and the others as often as without it, with %s", (_, settings) => {
    const line = { settings, fate: cleanLine(), until: 20 * settings.pageIntervalMs };
    const run = runLine({ ...line, targetCount: 4, heavy: [3] });
    const without = runLine({ ...line, targetCount: 3 });
    for (const gap of gaps(asked(run, 3))) {
      expect(gap).toBeGreaterThanOrEqual(settings.pageIntervalMs);
      expect(gap).toBeLessThan(settings.pageIntervalMs + 1.2 * settings.carryingIntervalMs);
    }
    const light = run.probes.length - asked(run, 3).length;
    expect(light / without.probes.length).toBeGreaterThan(0.98);
    expect(light / without.probes.length).toBeLessThan(1.02);
  });

  test("is asked wherever it stands in the list", () => {
    const run = runLine({ settings: BALANCED, fate: cleanLine(), until: 600_000, targetCount: 6, heavy: [0, 5] });
    for (const target of [0, 5]) expect(asked(run, target).length).toBeGreaterThan(8);
    for (const target of [1, 2]) expect(asked(run, target).length).toBeGreaterThan(100);
  });

  test("takes no part in the confirmation of an outage, which is found as soon as without it", () => {
    const outage = { settings: BALANCED, fate: cleanLine([[100_000, NEVER]]), until: 104_500 };
    const run = runLine({ ...outage, targetCount: 4, heavy: [3] });
    const down = delayUntil(run, 100_000, ({ verdict }) => verdict === "down");
    expect(down).toBeLessThan(4_400);
    expect(asked(run, 3, 100_000).filter((at) => at < 100_000 + down).length).toBeLessThan(2);
  });

  test("that fails or is slow moves nothing and degrades nothing", () => {
    for (const answer of ["refused", null, 900] as const) {
      const fate: Fate = ({ target }) => (target === 2 ? answer : 8);
      const run = runLine({ settings: BALANCED, fate, until: 6 * 3_600_000, targetCount: 3, heavy: [2] });
      expect(new Set(verdicts(run)).has("down")).toBe(false);
      expect(run.assessments.some(({ assessment }) => assessment.diverted)).toBe(false);
      expect(run.assessments.some(({ assessment: { degraded } }) => degraded.loss || degraded.latency)).toBe(false);
    }
  });

  test("is asked again soon where its answer was odd", () => {
    const events = [[70_000, { kind: "ask-again", target: 2 }]] as const;
    const run = runLine({ settings: BALANCED, fate: cleanLine(), until: 100_000, targetCount: 3, heavy: [2], events });
    expect(asked(run, 2, 70_000)[0]).toBeLessThan(70_300);
  });

  test("is asked again soon although traffic flows, which postpones the others", () => {
    const events = [[70_000, { kind: "ask-again", target: 2 }]] as const;
    const busy = { settings: BALANCED, fate: cleanLine(), traffic: busyTraffic(), targetCount: 3, heavy: [2], events };
    expect(asked(runLine({ ...busy, until: 100_000 }), 2, 70_000)[0]).toBeLessThan(70_300);
  });

  test("is asked during the hold-down too, so that a login page is known before the uplink carries again", () => {
    const fate = cleanLine([[100_000, 200_000]]);
    const run = runLine({ settings: BALANCED, fate, until: 260_000, targetCount: 3, heavy: [2] });
    const up = run.assessments.find(({ at, assessment }) => at > 200_000 && assessment.verdict === "up")?.at ?? 0;
    expect(asked(run, 2, 200_000).some((at) => at < up)).toBe(true);
  });
});

describe("heavy targets alone", () => {
  test.each([
    ["balanced", BALANCED, 6_000],
    ["fast", FAST, 3_000],
  ])("find an outage, each asked no more often than four times a second, with %s", (_, settings, withinMs) => {
    const fate = cleanLine([[100_000, NEVER]], 60);
    const run = runLine({ settings, fate, until: 110_000, targetCount: 2, heavy: [0, 1] });
    expect(delayUntil(run, 100_000, ({ verdict }) => verdict === "down")).toBeLessThan(withinMs);
    for (const target of [0, 1]) expect(Math.min(...gaps(asked(run, target)))).toBeGreaterThanOrEqual(249);
  });

  test("one of which is dead move nothing", () => {
    const fate: Fate = ({ target }) => (target === 1 ? null : 60);
    const run = runLine({ settings: BALANCED, fate, until: 3_600_000, targetCount: 2, heavy: [0, 1] });
    expect(verdicts(run)).not.toContain("down");
  });
});
