import { beforeAll, describe, expect, test } from "vitest";
import { PRESETS, type PresetName } from "../../src/core/detector/presets.ts";
import type { Report } from "../../src/core/report.ts";
import type { Settings } from "../../src/core/settings.ts";
import { piecesOf } from "../../src/shell/journal/recording.ts";
import { compare } from "../../src/shell/replay/compare.ts";
import { openHistorian } from "../../src/shell/replay/history.ts";
import { replay } from "../../src/shell/replay/replay.ts";
import type { Score } from "../../src/shell/replay/score.ts";
import { VERSION } from "../../src/version.ts";
import { blackhole, carrierLost } from "../fake/happenings.ts";
import { record } from "../fake/recorder.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { wiresFor } from "../fake/story.ts";
import type { Script } from "./happening.ts";
import { START } from "./world.ts";

const under = (preset: PresetName): Settings =>
  settingsOf(
    [FIBER, LTE].map((one) => ({ ...one, detection: PRESETS[preset] })),
    { holdAfterFailoverMs: 60_000, holdAfterFailbackMs: 10_000 },
  );

interface Lived {
  readonly bytes: Uint8Array;
  readonly outageMs: number;
  readonly diverts: number;
  readonly failovers: number;
}

/** What really happens under a config: in IPv4, with blackholes of the first uplink only. */
const live = (settings: Settings, script: Script, untilMs: number): Lived => {
  let [outageMs, diverts, failovers, last] = [0, 0, 0, 0];
  let onFiber = true;
  const dead = (from: number, to: number): number =>
    script.reduce((sum, [at, happening]) => {
      const forMs = happening.kind === "blackhole" ? happening.forMs : 0;
      return sum + Math.max(0, Math.min(to, at + forMs) - Math.max(from, at));
    }, 0);
  const { bytes } = record({
    settings,
    wires: wiresFor(settings),
    script,
    seed: 7,
    untilMs,
    onStep: ({ now, after, commands }) => {
      if (onFiber) outageMs += dead(last, now - START);
      last = now - START;
      onFiber = after.families.ipv4.carrying.includes("fiber");
      for (const command of commands) {
        if (command.kind !== "report" || !("family" in command.report) || command.report.family !== "ipv4") continue;
        if (command.report.kind === "diverted") diverts += 1;
        if (command.report.kind === "switched" && command.report.how === "failover") failovers += 1;
      }
    },
  });
  return { bytes, outageMs, diverts, failovers };
};

const estimate = (
  bytes: Uint8Array,
  ...asked: readonly (Settings | ((report: Report) => void))[]
): readonly Score[] => {
  const historian = openHistorian();
  replay(piecesOf(bytes), VERSION, historian);
  const settings = asked.filter((one): one is Settings => typeof one !== "function");
  const hear = asked.find((one) => typeof one === "function");
  return compare({
    pieces: piecesOf(bytes),
    version: VERSION,
    runs: historian.runs(),
    candidates: settings.map((one, index) => ({ name: `${index}`, settings: one })),
    onReport: (_name, report) => hear?.(report),
  }).map(({ score }) => score);
};

/** Interruptions of several lengths, some minutes apart. */
const INTERRUPTIONS: Script = [1500, 6000, 40_000, 800, 15_000, 120_000, 2500, 9000].map((forMs, index) => [
  60_000 + index * 280_000,
  blackhole("fiber", forMs),
]);
const LONG_MS = 2_400_000;

const NAMES = Object.keys(PRESETS) as PresetName[];

/** On a line without traffic it's chance when a preset asks next. */
const chanceMs = (name: PresetName): number => {
  const preset = PRESETS[name];
  return Math.max(6000, preset.kind === "adaptive" ? preset.carryingIntervalMs : 0);
};

describe("what would have been", () => {
  let recorded: Lived;
  let estimates: readonly Score[];

  beforeAll(() => {
    recorded = live(under("balanced"), INTERRUPTIONS, LONG_MS);
    estimates = estimate(recorded.bytes, ...NAMES.map(under));
  }, 300_000);

  test.each(NAMES.map((name, index) => [name, index] as const))(
    "under %s is about what happens under it",
    (name, at) => {
      const truth = live(under(name), INTERRUPTIONS, LONG_MS);
      const guess = estimates[at];
      expect(Math.abs((guess?.failovers ?? 0) - truth.failovers)).toBeLessThanOrEqual(2);
      expect(Math.abs((guess?.diverts ?? 0) - truth.diverts)).toBeLessThanOrEqual(2);
      expect(Math.abs((guess?.outageMs ?? 0) - truth.outageMs)).toBeLessThan(chanceMs(name) + truth.outageMs * 0.15);
    },
  );

  test("tells failovers that an outage of ten seconds justifies from those that are needless", () => {
    const [fast, calm] = [estimates[NAMES.indexOf("fast")], estimates[NAMES.indexOf("calm")]];
    expect(fast?.failovers).toBeGreaterThan(3);
    expect((fast?.failovers ?? 0) - (fast?.falseFailovers ?? 0)).toBe(3);
    expect(calm).toMatchObject({ failovers: 3, falseFailovers: 0, unavoidableMs: 0 });
  });

  test("costs the bytes of each preset's probes", () => {
    const [fast = 0, balanced = 0, metered = 0] = ["fast", "balanced", "metered"].map(
      (name) => estimates[NAMES.indexOf(name as PresetName)]?.monthlyOctets,
    );
    expect(fast).toBeGreaterThan(2 * balanced);
    expect(balanced).toBeGreaterThan(4 * metered);
  });

  test("takes no single loss for an outage, whoever asks how often", () => {
    const lossy: Script = [[60_000, { kind: "loss", uplink: "fiber", out: 0.1, in: 0, forMs: 600_000 }]];
    for (const score of estimate(live(under("calm"), lossy, 700_000).bytes, under("fast"), under("balanced"))) {
      expect(score).toMatchObject({ failovers: 0, falseFailovers: 0 });
      expect(score.outageMs).toBeLessThan(10_000);
    }
  });

  test("knows when the cable was out, and that nothing worked", () => {
    const script: Script = [
      [60_000, carrierLost("fiber", 60_000)],
      [80_000, blackhole("lte", 20_000)],
    ];
    const [score] = estimate(live(under("balanced"), script, 200_000).bytes, under("fast"));
    expect(score).toMatchObject({ failovers: 1, falseFailovers: 0 });
    expect(Math.abs((score?.unavoidableMs ?? 0) - 20_000)).toBeLessThan(3000);
  });

  test("heeds the other config's holds", () => {
    const patient = { ...under("balanced"), failover: { ...under("balanced").failover, failback: "manual" as const } };
    const told: string[] = [];
    estimate(recorded.bytes, patient, ({ kind, ...report }) => {
      if (kind === "switched" && "how" in report) told.push(report.how);
    });
    expect(new Set(told)).toEqual(new Set(["chosen", "failover"]));
  });

  test("is said of each run, and not of the time between", () => {
    const script: Script = [
      [60_000, blackhole("fiber", 20_000)],
      [120_000, { kind: "killed", memory: "kept", forMs: 3_600_000 }],
    ];
    const [score] = estimate(live(under("balanced"), script, 3_800_000).bytes, under("calm"));
    expect(score?.livedMs).toBeGreaterThan(150_000);
    expect(score?.livedMs).toBeLessThan(250_000);
    expect(score?.failovers).toBe(1);
  });
});
