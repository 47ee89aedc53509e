import { describe, expect, test } from "vitest";
import type { DetectorEvent } from "../../../src/core/detector/detector.ts";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { cleanLine, delayUntil, type LineRun, runLine, verdicts } from "../../fake/line.ts";

const CLASSIC = PRESETS.classic;
const FOREVER = Number.POSITIVE_INFINITY;

/** When tests began, seconds. */
const testsAt = (run: LineRun): number[] =>
  run.probes.filter(({ target }) => target === 0).map(({ at }) => Math.round(at / 1_000));

describe("classic", () => {
  test("tests each 20 s while all is well, and one answer of any target passes", () => {
    const run = runLine({ settings: CLASSIC, until: 100_000, fate: ({ target }) => (target === 2 ? 900 : null) });
    expect(verdicts(run)).toEqual(["unknown", "up"]);
    expect(testsAt(run)).toEqual([0, 21, 42, 63, 84]);
    expect(run.probes.slice(0, 3).map(({ at, target }) => [at, target])).toEqual([
      [0, 0],
      [20, 1],
      [40, 2],
    ]);
  });

  test("counts three failed tests, 2 s apart, and is down", () => {
    const run = runLine({ settings: CLASSIC, until: 60_000, fate: cleanLine([[30_000, FOREVER]]) });
    expect(testsAt(run).slice(0, 5)).toEqual([0, 20, 40, 43, 46]);
    expect(verdicts(run)).toEqual(["unknown", "up", "suspect", "down"]);
    expect(run.assessments.map(({ assessment }) => assessment.diverted)).toEqual([false, false, false, false, true]);
    expect(run.assessments.map(({ assessment }) => assessment.reason).slice(2)).toEqual([
      "1 of 3 tests failed",
      "2 of 3 tests failed",
      "3 tests failed, none of the targets answered within 1.0 s",
    ]);
  });

  test("a passed test takes one failed test back", () => {
    const run = runLine({ settings: CLASSIC, until: 70_000, fate: cleanLine([[30_000, 41_000]]) });
    expect(verdicts(run)).toEqual(["unknown", "up", "suspect", "up"]);
  });

  test("tests each 20 s while down, each 2 s while recovering, and is up when the counter is back at 0", () => {
    const run = runLine({ settings: CLASSIC, until: 120_000, fate: cleanLine([[30_000, 60_000]]) });
    expect(testsAt(run).slice(5)).toEqual([67, 69, 71, 91, 111]);
    expect(verdicts(run)).toEqual(["unknown", "up", "suspect", "down", "hold-down", "up"]);
    const held = run.assessments.find(({ assessment }) => assessment.verdict === "hold-down");
    const upAt = run.assessments.at(-1)?.at ?? 0;
    expect(Math.abs((held?.assessment.holdUntil ?? 0) - upAt)).toBeLessThan(10);
  });

  test("an answer that comes too late is none", () => {
    const run = runLine({ settings: CLASSIC, until: 60_000, fate: ({ at }) => (at < 15_000 ? 10 : 1_200) });
    expect(run.assessments.at(-1)?.assessment.verdict).toBe("down");
  });

  test("a line that never answers is unknown until the counter is full", () => {
    const run = runLine({ settings: CLASSIC, until: 30_000, fate: () => null });
    expect(verdicts(run)).toEqual(["unknown", "down"]);
  });

  test("refused probes fail the test without a wait", () => {
    const run = runLine({ settings: CLASSIC, until: 10_000, fate: () => "refused" });
    expect(delayUntil(run, 0, ({ verdict }) => verdict === "down")).toBeLessThan(4_500);
  });

  test("a lost path is down at once, and its return is tested at once", () => {
    const events: [number, DetectorEvent][] = [
      [5_000, { kind: "path-lost", reason: "no carrier" }],
      [30_000, { kind: "path-found" }],
    ];
    const run = runLine({ settings: CLASSIC, until: 60_000, fate: cleanLine(), events });
    expect(delayUntil(run, 5_000, ({ verdict }) => verdict === "down")).toBe(0);
    expect(testsAt(run).slice(0, 4)).toEqual([0, 30, 32, 34]);
    expect(run.assessments.at(-1)?.assessment.verdict).toBe("up");
  });

  test("a path that was lost from the start leaves nothing to recover from", () => {
    const events: [number, DetectorEvent][] = [
      [0, { kind: "path-lost", reason: "no carrier" }],
      [30_000, { kind: "path-found" }],
    ];
    const run = runLine({ settings: CLASSIC, until: 60_000, fate: cleanLine(), events });
    expect(verdicts(run)).toEqual(["down", "unknown", "up"]);
  });

  test("what is learned of an outage is that it was down", () => {
    const learned = { failoverSpanMs: 0, divertSpanMs: 0, penalty: 0, at: 0, down: true, longOutages: 0, regrets: 0 };
    const run = runLine({ settings: CLASSIC, until: 30_000, fate: cleanLine(), learned });
    expect(verdicts(run)).toEqual(["down", "hold-down", "up"]);
  });

  test("a freeze of ours fails no test", () => {
    const run = runLine({ settings: CLASSIC, until: 60_000, fate: cleanLine([], 500), asleep: [20_600, 28_000] });
    expect(verdicts(run)).toEqual(["unknown", "up"]);
  });
});
