import { describe, expect, test } from "vitest";
import { assess, learn, stepDetector } from "../../../src/core/detector/detect.ts";
import type { DetectorEvent } from "../../../src/core/detector/detector.ts";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { assessmentAt, cleanLine, delayUntil, LEARNED, runLine, verdicts } from "../../fake/line.ts";

const BALANCED = PRESETS.balanced;
const LOST: DetectorEvent = { kind: "path-lost", reason: "eth0 has no carrier" };
const FOUND: DetectorEvent = { kind: "path-found" };

describe("the path", () => {
  test("lost and found within the debounce is a suspicion that leaves no trace", () => {
    const run = runLine({
      settings: BALANCED,
      until: 20_000,
      fate: cleanLine(),
      events: [
        [5_000, LOST],
        [5_600, FOUND],
      ],
    });
    expect(verdicts(run)).toEqual(["unknown", "up", "suspect", "up"]);
    expect(assessmentAt(run, 5_300)).toMatchObject({
      verdict: "suspect",
      diverted: true,
      reason: "eth0 has no carrier",
      since: 5_000,
    });
    expect(assessmentAt(run, 5_600)).toMatchObject({
      verdict: "up",
      diverted: false,
      reason: "its path is back after 0.6 s",
    });
    expect(run.probes.filter((probe) => probe.at > 5_000 && probe.at < 5_600)).toEqual([]);
    expect(run.probes.some((probe) => probe.at === 5_600)).toBe(true);
    expect(learn(run.state, 20_000).penalty).toBe(0);
  });

  test.each([
    ["fast", 300],
    ["balanced", 1_000],
  ] as const)("lost for longer is down, with %s after %i ms, and serves the hold-down", (preset, debounce) => {
    const events: [number, DetectorEvent][] = [
      [5_000, LOST],
      [30_000, FOUND],
    ];
    const run = runLine({ settings: PRESETS[preset], until: 120_000, fate: cleanLine(), events });
    expect(delayUntil(run, 5_000, ({ verdict }) => verdict === "down")).toBe(debounce);
    expect(assessmentAt(run, 20_000)).toMatchObject({
      reason: "eth0 has no carrier",
      confidence: null,
      diverted: true,
    });
    expect(run.probes.filter((probe) => probe.at > 5_000 && probe.at < 30_000)).toEqual([]);
    expect(delayUntil(run, 30_000, ({ verdict }) => verdict === "up")).toBeGreaterThanOrEqual(
      PRESETS[preset].holdDownMs,
    );
    expect(learn(run.state, 120_000)).toMatchObject({ failoverSpanMs: PRESETS[preset].failoverSpanMs, regrets: 0 });
  });

  test("found late, before the tick that would have said so, is down all the same", () => {
    const state = runLine({ settings: BALANCED, until: 5_000, fate: cleanLine() }).state;
    const lost = stepDetector(state, LOST, 5_000).state;
    expect(assess(stepDetector(lost, FOUND, 6_001).state)).toMatchObject({ verdict: "down" });
  });

  test("lost from the very start is down, and nothing is held against it when it appears", () => {
    const run = runLine({
      settings: BALANCED,
      until: 60_000,
      fate: cleanLine(),
      events: [
        [0, LOST],
        [20_000, FOUND],
      ],
    });
    expect(assessmentAt(run, 10_000)).toMatchObject({ verdict: "down", diverted: true, reason: "eth0 has no carrier" });
    expect(delayUntil(run, 20_000, ({ verdict }) => verdict === "unknown")).toBe(0);
    expect(delayUntil(run, 20_000, ({ verdict }) => verdict === "up")).toBeLessThan(10);
  });

  test("lost from the start of a restart during an outage still serves the hold-down", () => {
    const events: [number, DetectorEvent][] = [
      [0, LOST],
      [20_000, FOUND],
    ];
    const run = runLine({ settings: BALANCED, until: 200_000, fate: cleanLine(), events, learned: LEARNED });
    expect(delayUntil(run, 20_000, ({ verdict }) => verdict === "up")).toBeGreaterThanOrEqual(30_000);
  });

  test("lost during the hold-down ends it", () => {
    const events: [number, DetectorEvent][] = [
      [50_000, LOST],
      [51_000, FOUND],
    ];
    const run = runLine({ settings: BALANCED, until: 120_000, fate: cleanLine([[10_000, 40_000]]), events });
    expect(assessmentAt(run, 50_500)).toMatchObject({ verdict: "down", reason: "eth0 has no carrier" });
    expect(delayUntil(run, 51_000, ({ verdict }) => verdict === "up")).toBeGreaterThanOrEqual(30_000);
  });

  test("a probe that was out when the path was lost is no evidence afterwards", () => {
    const fate = ({ at: sentAt }: { at: number }) => (sentAt >= 4_900 && sentAt < 5_500 ? null : 300);
    const run = runLine({
      settings: BALANCED,
      until: 5_700,
      fate,
      events: [
        [5_000, LOST],
        [5_500, FOUND],
      ],
    });
    expect(run.assessments.at(-1)?.assessment.verdict).toBe("up");
  });
});
