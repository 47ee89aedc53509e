import { describe, expect, test, vi } from "vitest";
import { PRESETS } from "../../../src/core/detector/presets.ts";
import { busyTraffic, cleanLine, delayUntil, type Fate, type LineRun, runLine } from "../../fake/line.ts";

// Virtual minutes and hours pass here; a loaded machine may need its time for them.
vi.setConfig({ testTimeout: 60_000 });

const SEEDS = Array.from({ length: 25 }, (_, index) => index + 1);

const blackhole = (
  preset: "fast" | "balanced" | "calm" | "metered",
  seed: number,
  busy: boolean,
): [LineRun, number] => {
  const at = 60_000 + seed * 137.3;
  const dead: [number, number][] = [[at, Number.POSITIVE_INFINITY]];
  const traffic = busy ? { traffic: busyTraffic(dead) } : {};
  return [runLine({ settings: PRESETS[preset], seed, until: at + 90_000, fate: cleanLine(dead), ...traffic }), at];
};

const spread = (delays: number[]): { median: number; most: number } => {
  const sorted = delays.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
};

describe("a blackhole on a clean line", () => {
  test.each([
    { preset: "fast", busy: true, divert: 300, failover: 1_300 },
    { preset: "fast", busy: false, divert: 600, failover: 1_400 },
    { preset: "balanced", busy: true, divert: 600, failover: 3_600 },
    { preset: "balanced", busy: false, divert: 1_600, failover: 4_000 },
    { preset: "calm", busy: true, divert: 600, failover: 10_600 },
    { preset: "metered", busy: true, divert: 3_300, failover: 6_800 },
  ] as const)("with $preset, traffic $busy, diverts in $divert ms and fails over in $failover ms", (wanted) => {
    const runs = SEEDS.map((seed) => blackhole(wanted.preset, seed, wanted.busy));
    const divert = spread(runs.map(([run, at]) => delayUntil(run, at, ({ diverted }) => diverted)));
    const failover = spread(runs.map(([run, at]) => delayUntil(run, at, ({ verdict }) => verdict === "down")));
    expect(divert.median).toBeLessThan(wanted.divert);
    expect(failover.median).toBeLessThan(wanted.failover);
    if (wanted.busy) expect(divert.most).toBeLessThan(wanted.divert + 20);
  });

  test("diverts as soon where the first probes had to wait until the gateway's address was found", () => {
    const delays = SEEDS.map((seed) => {
      const at = 2_500 + 20 * seed;
      const dead: [number, number][] = [[at, Number.POSITIVE_INFINITY]];
      const fate: Fate = (probe) => (probe.at < 900 ? 900 - probe.at + 0.8 : cleanLine(dead)(probe));
      const run = runLine({ settings: PRESETS.balanced, seed, until: at + 10_000, fate, traffic: busyTraffic(dead) });
      return delayUntil(run, at, ({ diverted }) => diverted);
    });
    expect(spread(delays).most).toBeLessThan(620);
  });

  test("fails over on an idle standby too, some seconds later", () => {
    const dead: [number, number][] = [[60_000, Number.POSITIVE_INFINITY]];
    const run = runLine({ settings: PRESETS.balanced, carrying: false, until: 90_000, fate: cleanLine(dead) });
    expect(delayUntil(run, 60_000, ({ verdict }) => verdict === "down")).toBeLessThan(1.1 * 2_500 + 3_000 + 500);
  });
});

describe("what must not move traffic", () => {
  test.each(["fast", "balanced", "metered"] as const)(
    "a tenth of the probes lost at random for 10 minutes, with %s",
    (preset) => {
      for (const seed of SEEDS) {
        const fate = ({ chance }: { chance: () => number }): number | null => (chance() < 0.1 ? null : 12);
        const run = runLine({ settings: PRESETS[preset], seed, until: 600_000, fate });
        expect(run.assessments.filter(({ assessment }) => assessment.diverted)).toEqual([]);
      }
    },
  );

  test.each([1_000, 2_000, 2_900])("an outage of %i ms never fails over with balanced", (lasts) => {
    for (const seed of SEEDS) {
      const from = 30_000 + seed * 77.7;
      const fate = cleanLine([[from, from + lasts]], 14);
      const run = runLine({ settings: PRESETS.balanced, seed, until: 60_000, fate });
      expect(run.assessments.filter(({ assessment }) => assessment.verdict === "down")).toEqual([]);
    }
  });

  test.each([[[0]], [[0, 1]], [[0, 1, 2]]])("the death of targets %j of six for 30 minutes", (deadTargets) => {
    for (const preset of ["fast", "balanced"] as const) {
      const fate = ({ target, at }: { target: number; at: number }): number | null =>
        at > 60_000 && at < 1_860_000 && deadTargets.includes(target) ? null : 12 + 3 * target;
      const run = runLine({ settings: PRESETS[preset], targetCount: 6, until: 2_000_000, fate });
      expect(run.assessments.filter(({ assessment }) => assessment.diverted)).toEqual([]);
    }
  });

  test("the death of one target of two, or of two of three", () => {
    for (const targetCount of [2, 3]) {
      const fate = ({ target, at }: { target: number; at: number }): number | null =>
        at > 10_000 && target > 0 ? null : 12;
      const run = runLine({ settings: PRESETS.balanced, targetCount, until: 1_200_000, fate });
      expect(run.assessments.filter(({ assessment }) => assessment.diverted)).toEqual([]);
    }
  });

  test("a freeze of ours, the tick delivered before the replies that wait", () => {
    for (const seed of SEEDS) {
      const asleep: [number, number] = [30_000 + seed * 97.3, 38_000 + seed * 97.3];
      const run = runLine({ settings: PRESETS.fast, seed, until: 60_000, fate: cleanLine([], 200), asleep });
      expect(run.assessments.filter(({ assessment }) => assessment.diverted)).toEqual([]);
    }
  });
});

test("a dead target is asked again now and then, and counts again once it answers", () => {
  const fate = ({ target, at }: { target: number; at: number }): number | null =>
    at > 10_000 && at < 600_000 && target === 1 ? null : 12;
  const during = runLine({ settings: PRESETS.balanced, until: 599_000, fate });
  const after = runLine({ settings: PRESETS.balanced, until: 1_800_000, fate });
  const isDead = ({ state }: LineRun): boolean => state.kind === "adaptive" && state.targets[1]?.dead === true;
  expect([isDead(during), isDead(after)]).toEqual([true, false]);
});

test("a line that flaps, 20 s up and 10 s down for an hour, is left once", () => {
  const fate = ({ at }: { at: number }): number | null => (at % 30_000 < 20_000 ? 14 : null);
  const run = runLine({ settings: PRESETS.balanced, until: 3_600_000, fate });
  const ups = run.assessments.filter(
    ({ assessment }, index, all) =>
      index > 0 && assessment.verdict === "up" && all[index - 1]?.assessment.verdict === "hold-down",
  );
  expect(ups).toEqual([]);
});

test.each(SEEDS.slice(0, 10))("after an outage of 60 s it is up once the hold-down is over, seed %i", (seed) => {
  const from = 30_000 + seed * 311.1;
  const run = runLine({
    settings: PRESETS.balanced,
    seed,
    until: 300_000,
    fate: cleanLine([[from, from + 60_000]], 14),
  });
  const delay = delayUntil(run, from + 60_000, ({ verdict }) => verdict === "up");
  expect(delay).toBeGreaterThanOrEqual(30_000);
  expect(delay).toBeLessThan(60_000);
});

describe("a brown-out", () => {
  test("40 % loss degrades within two minutes and clears when it ends", () => {
    const fate = ({ at, chance }: { at: number; chance: () => number }): number | null =>
      at > 60_000 && at < 360_000 && chance() < 0.4 ? null : 14;
    const run = runLine({ settings: PRESETS.balanced, until: 600_000, fate });
    expect(delayUntil(run, 60_000, ({ degraded }) => degraded.loss)).toBeLessThan(120_000);
    expect(run.assessments.at(-1)?.assessment).toMatchObject({ verdict: "up", degraded: { loss: false } });
    expect(run.assessments.map(({ assessment }) => assessment.reason)).toContainEqual(
      expect.stringMatching(/% of its probes are lost/),
    );
  });

  test("ten times the usual latency degrades within a minute and clears when it ends", () => {
    const fate = ({ at }: { at: number }): number => (at > 60_000 && at < 360_000 ? 200 : 20);
    const run = runLine({ settings: PRESETS.balanced, until: 600_000, fate });
    expect(delayUntil(run, 60_000, ({ degraded }) => degraded.latency)).toBeLessThan(60_000);
    expect(run.assessments.at(-1)?.assessment.degraded).toEqual({ loss: false, latency: false });
  });
});

describe("bytes", () => {
  const probesIn = (preset: "metered" | "balanced", carrying: boolean, sent: number, received: number): number =>
    runLine({
      settings: PRESETS[preset],
      carrying,
      until: 3_600_000,
      fate: cleanLine([], 60),
      ...(sent + received > 0 ? { traffic: () => ({ sent, received }) } : {}),
    }).probes.length;

  test("an idle uplink is probed once per interval", () => {
    expect(probesIn("metered", true, 0, 0)).toBeLessThan(3_600 / (0.9 * 15) + 10);
    expect(probesIn("metered", false, 0, 0)).toBeLessThan(3_600 / (0.9 * 60) + 10);
  });

  test("traffic that is answered saves probes", () => {
    expect(probesIn("metered", true, 3, 3)).toBeLessThan(3_600 / 120 + 10);
    expect(probesIn("balanced", true, 3, 3)).toBeLessThan(3_600 / 10 + 10);
  });

  test("one-way traffic costs little more than none", () => {
    expect(probesIn("metered", true, 3, 0)).toBeLessThan(2 * (3_600 / 15) + 20);
    expect(probesIn("balanced", true, 3, 0)).toBeLessThan(3 * 3_600);
  });
});
