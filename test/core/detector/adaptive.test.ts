import { describe, expect, test } from "vitest";
import { learn, startDetector, stepDetector, wakeAt } from "../../../src/core/detector/detect.ts";
import type { DetectorEvent } from "../../../src/core/detector/detector.ts";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { assessmentAt, cleanLine, delayUntil, LEARNED, runLine, verdicts } from "../../fake/line.ts";

const BALANCED = PRESETS.balanced;
const FOREVER = Number.POSITIVE_INFINITY;

describe("the start", () => {
  test("one answer makes it up at once", () => {
    const run = runLine({ settings: BALANCED, until: 500, fate: cleanLine([], 12) });
    expect(run.probes[0]).toEqual({ at: 0, seq: 1, target: 0 });
    expect(run.assessments.at(-1)).toMatchObject({
      at: 12,
      assessment: { verdict: "up", reason: "answers within 12 ms" },
    });
  });

  test("all targets are asked within 60 ms, at least 20 ms apart, until one answers", () => {
    const run = runLine({ settings: PRESETS.metered, until: 300, fate: ({ target }) => (target === 2 ? 50 : null) });
    expect(run.probes.slice(0, 3)).toEqual([0, 1, 2].map((target) => ({ at: 20 * target, seq: target + 1, target })));
    expect(delayUntil(run, 0, ({ verdict }) => verdict === "up")).toBe(90);
  });

  test("a line that never answers stays unknown until its silence is proven", () => {
    const run = runLine({ settings: BALANCED, until: 6_000, fate: () => null });
    expect(verdicts(run)).toEqual(["unknown", "down"]);
    expect(delayUntil(run, 0, ({ verdict }) => verdict === "down")).toBeCloseTo(4_000, -2);
    expect(run.assessments.at(-1)?.assessment.reason).toMatch(/^\d+ probes to 3 targets unanswered for 4\.\d s$/);
  });

  test("after a restart during an outage it serves the hold-down that was due", () => {
    const run = runLine({ settings: BALANCED, until: 200_000, fate: cleanLine(), learned: LEARNED });
    expect(verdicts(run)).toEqual(["down", "hold-down", "up"]);
    expect(delayUntil(run, 0, ({ verdict }) => verdict === "up")).toBeGreaterThanOrEqual(60_000);
    expect(run.state.kind === "adaptive" && run.state.patience.regrets).toBe(1);
  });

  test("what was learned is kept within what the settings allow, and fades", () => {
    const start = { settings: BALANCED, targetCount: 3, seed: 1, now: 0 };
    const wild = { ...LEARNED, failoverSpanMs: 99_000, divertSpanMs: Number.NaN, penalty: -5, down: false };
    const state = startDetector({ ...start, learned: wild });
    expect(learn(state, 0)).toEqual({ ...wild, failoverSpanMs: 15_000, divertSpanMs: 200, penalty: 0 });
    const twoWeeks = 14 * 86_400_000;
    expect(learn(startDetector({ ...start, learned: LEARNED }), twoWeeks).failoverSpanMs).toBeCloseTo(3_750, 6);
    expect(learn(startDetector({ ...start, learned: LEARNED }), 3_600_000).penalty).toBeCloseTo(1_000, 6);
  });
});

describe("silence", () => {
  test("goes from suspicion over divert to failure, each with its figures", () => {
    const run = runLine({ settings: BALANCED, until: 20_000, fate: cleanLine([[5_000, FOREVER]]) });
    const told = run.assessments
      .slice(2)
      .map(({ assessment }) => [assessment.verdict, assessment.diverted, assessment.reason]);
    expect(told).toEqual([
      ["suspect", false, "1 probe to 1 target unanswered for 0.1 s"],
      ["suspect", true, "5 probes to 3 targets unanswered for 0.3 s"],
      ["down", true, expect.stringMatching(/^\d+ probes to 3 targets unanswered for 3\.1 s$/)],
    ]);
    expect(run.assessments.at(-1)?.assessment.confidence).toBe(0.5);
  });

  test("a late answer is life: a divert ends without trace, and the next one takes longer", () => {
    const stall: [number, number] = [10_000, 11_500];
    const run = runLine({
      settings: BALANCED,
      until: 20_000,
      fate: ({ at }) => (at >= stall[0] && at < stall[1] ? stall[1] - at + 50 : 50),
    });
    expect(verdicts(run)).toEqual(["unknown", "up", "suspect", "up"]);
    expect(run.assessments.at(-1)?.assessment).toMatchObject({ diverted: false, verdict: "up" });
    expect(learn(run.state, 20_000).divertSpanMs).toBeCloseTo(260, 1);
  });

  test("a failure that is regretted teaches patience, one that lasts teaches confidence", () => {
    const regretted = runLine({ settings: BALANCED, until: 120_000, fate: cleanLine([[10_000, 16_000]]) });
    expect(learn(regretted.state, 120_000)).toMatchObject({ failoverSpanMs: expect.closeTo(4_500, 0), regrets: 1 });
    const lasting = runLine({ settings: BALANCED, until: 120_000, fate: cleanLine([[10_000, 60_000]]) });
    expect(learn(lasting.state, 120_000)).toMatchObject({ failoverSpanMs: 3_000, longOutages: 1, regrets: 0 });
  });

  test("calm never learns more patience than it has", () => {
    const run = runLine({ settings: PRESETS.calm, until: 120_000, fate: cleanLine([[10_000, 25_000]]) });
    expect(learn(run.state, 120_000)).toMatchObject({ failoverSpanMs: 10_000, regrets: 1 });
  });

  test("user packets that still come in delay the failure, by the longest pause between probes and eight seconds", () => {
    const fate = cleanLine([[5_000, FOREVER]]);
    const run = runLine({ settings: BALANCED, until: 30_000, fate, traffic: () => ({ sent: 3, received: 3 }) });
    const delay = delayUntil(run, 5_000, ({ verdict }) => verdict === "down");
    expect(delay).toBeGreaterThan(8_000);
    expect(delay).toBeLessThan(10_000 + 8_000 + 500);
  });

  test("refused probes are lost at once, but only their span proves the failure", () => {
    const fate = ({ at }: { at: number }) => (at >= 5_000 ? "refused" : 0.8);
    const run = runLine({ settings: BALANCED, until: 20_000, fate });
    const suspectAt = delayUntil(run, 5_000, ({ verdict }) => verdict === "suspect");
    expect(delayUntil(run, 5_000, ({ verdict }) => verdict === "down") - suspectAt).toBeCloseTo(3_000, 0);
  });
});

describe("the hold-down", () => {
  const outages = (count: number): [number, number][] =>
    Array.from({ length: count }, (_, index) => [10_000 + index * 400_000, 40_000 + index * 400_000]);

  test("grows with each failure soon after another", () => {
    const run = runLine({ settings: BALANCED, until: 1_300_000, fate: cleanLine(outages(3)) });
    const holds = run.assessments
      .filter(({ assessment }) => assessment.verdict === "hold-down")
      .map(({ at: since, assessment }) => (assessment.holdUntil ?? 0) - since);
    expect(holds[0]).toBe(30_000);
    expect(holds[1]).toBeGreaterThan(50_000);
    expect(holds[2]).toBeGreaterThan(90_000);
  });

  test("says when it ends and what was answered", () => {
    const run = runLine({ settings: BALANCED, until: 120_000, fate: cleanLine([[10_000, 55_000]]) });
    const [held, up] = run.assessments.slice(-2);
    expect(held?.assessment).toMatchObject({ verdict: "hold-down", diverted: false, confidence: null });
    expect(held?.assessment.reason).toMatch(/^answers again after \d+ s, held down for 30 s$/);
    expect(held?.assessment.holdUntil).toBe((held?.at ?? 0) + 30_000);
    expect(up?.assessment.reason).toMatch(/^answered throughout its hold-down of 30 s, 0 of \d+ probes lost$/);
  });

  test("begins anew when the line falls silent within it", () => {
    const run = runLine({
      settings: BALANCED,
      until: 200_000,
      fate: cleanLine([
        [10_000, 40_000],
        [50_000, 80_000],
      ]),
    });
    expect(verdicts(run)).toEqual(["unknown", "up", "suspect", "down", "hold-down", "down", "hold-down", "up"]);
    expect(delayUntil(run, 80_000, ({ verdict }) => verdict === "up")).toBeGreaterThanOrEqual(30_000);
  });

  test.each(["fast", "balanced", "calm", "metered"] as const)(
    "%s: what carries meanwhile is judged as if it were up",
    (preset) => {
      const settings = PRESETS[preset];
      const run = runLine({
        settings,
        until: 120_000,
        fate: cleanLine([
          [10_000, 60_000],
          [80_000, FOREVER],
        ]),
        carrying: true,
      });
      const held = assessmentAt(run, 79_999);
      expect(held).toMatchObject({ verdict: "hold-down", diverted: false });
      const patience = run.state.kind === "adaptive" ? run.state.patience.failoverSpanMs : 0;
      const trialMs = Math.min(settings.carryingIntervalMs, settings.holdDownIntervalMs);
      const divert = delayUntil(run, 80_000, ({ diverted }) => diverted);
      expect(divert).toBeLessThan(1.1 * trialMs + settings.divertSpanMs + 1_000);
      expect(delayUntil(run, 80_000, ({ verdict }) => verdict === "down")).toBeLessThan(
        1.1 * trialMs + patience + 1_500,
      );
      expect(assessmentAt(run, 80_000 + divert)?.reason).toMatch(/^\d+ probes to \d targets unanswered for /);
    },
  );

  test("lasts as long as a fifth of the probes is lost", () => {
    const fate = ({ at, chance }: { at: number; chance: () => number }) =>
      (at >= 10_000 && at < 40_000) || (at >= 40_000 && at < 600_000 && chance() < 0.25) ? null : 10;
    const run = runLine({ settings: BALANCED, until: 900_000, fate });
    expect(delayUntil(run, 40_000, ({ verdict }) => verdict === "up")).toBeGreaterThan(400_000);
    expect(assessmentAt(run, 900_000)?.verdict).toBe("up");
  });

  test("doesn't end in the middle of a silence", () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const run = runLine({
        settings: BALANCED,
        seed,
        until: 90_000,
        fate: cleanLine([
          [10_000, 40_000],
          [69_000, FOREVER],
        ]),
      });
      const ups = run.assessments.filter(({ at: since, assessment }) => since > 40_000 && assessment.verdict === "up");
      expect(ups.every(({ at: since }) => since < 70_000)).toBe(true);
    }
  });
});

describe("hints", () => {
  test("a nudge probes at once, unless a probe is still awaited", () => {
    const state = runLine({ settings: BALANCED, until: 5_000, fate: cleanLine() }).state;
    const idleAt = wakeAt(state) - 200;
    const first = stepDetector(state, { kind: "nudge" }, idleAt);
    expect(first.probes).toHaveLength(1);
    expect(stepDetector(first.state, { kind: "nudge" }, idleAt + 25).probes).toEqual([]);
  });

  test("an answer ends the quick probes after a nudge", () => {
    const run = runLine({
      settings: PRESETS.metered,
      until: 40_000,
      fate: cleanLine(),
      events: [[20_000, { kind: "nudge" }]],
    });
    expect(run.probes.filter((probe) => probe.at >= 20_000 && probe.at < 25_000).length).toBeLessThanOrEqual(2);
  });

  test("an uplink that begins to carry traffic is probed as often as that demands", () => {
    const events: [number, DetectorEvent][] = [[60_000, { kind: "role", carrying: true }]];
    const run = runLine({ settings: BALANCED, carrying: false, until: 70_000, fate: cleanLine(), events });
    expect(run.probes.filter((probe) => probe.at > 40_000 && probe.at <= 60_000).length).toBeLessThanOrEqual(9);
    expect(run.probes.filter((probe) => probe.at > 60_000).length).toBeGreaterThanOrEqual(9);
  });

  test("a role that changes while it is suspect loses nothing", () => {
    const events: [number, DetectorEvent][] = [[62_500, { kind: "role", carrying: true }]];
    const fate = cleanLine([[60_000, FOREVER]]);
    const changed = runLine({ settings: BALANCED, carrying: false, until: 70_000, fate, events });
    const constant = runLine({ settings: BALANCED, carrying: false, until: 70_000, fate });
    expect(verdicts(changed)).toEqual(verdicts(constant));
    expect(changed.assessments.at(-1)?.at).toBeLessThanOrEqual(constant.assessments.at(-1)?.at ?? 0);
  });
});
