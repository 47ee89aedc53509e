import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { AdaptiveState } from "../../../src/core/detector/adaptive-state.ts";
import { stepDetector } from "../../../src/core/detector/detect.ts";
import type { DetectorEvent } from "../../../src/core/detector/detector.ts";
import { type AdaptiveSettings, PRESETS } from "../../../src/core/detector/presets.ts";
import { busyTraffic, cleanLine, runLine } from "../../fake/line.ts";

// Virtual minutes and hours pass here; a loaded machine may need its time for them.
vi.setConfig({ testTimeout: 60_000 });

const ADAPTIVE_PRESET = fc.constantFrom<"fast" | "balanced" | "calm" | "metered">(
  "fast",
  "balanced",
  "calm",
  "metered",
);

describe("what it costs", () => {
  /** Probes of a well line: one each interval, and the first ones, which ask every target. */
  const probesMax = (settings: AdaptiveSettings, carrying: boolean, durationMs: number): number =>
    durationMs / (0.9 * (carrying ? settings.carryingIntervalMs : settings.standbyIntervalMs)) + 12;

  test("a well line is asked once each interval at the most, less often where users' packets come back", () => {
    fc.assert(
      fc.property(ADAPTIVE_PRESET, fc.boolean(), fc.boolean(), fc.nat(), (preset, carrying, used, seed) => {
        const durationMs = 600_000;
        const run = runLine({
          settings: PRESETS[preset],
          seed,
          carrying,
          until: durationMs,
          fate: cleanLine([], 15),
          ...(used ? { traffic: busyTraffic() } : {}),
        });
        expect(run.probes.length).toBeLessThanOrEqual(probesMax(PRESETS[preset], carrying, durationMs));
      }),
      { numRuns: 30 },
    );
  });

  /** A suspect with so many open probes, each of which counts who looks at it. */
  const counted = (size: number): { readonly state: AdaptiveState; readonly looks: () => number } => {
    const dead: readonly [number, number][] = [[20_000, 30_000]];
    const { state } = runLine({ settings: PRESETS.balanced, until: 22_000, fate: cleanLine(dead, 15) });
    const probe = state.kind === "adaptive" && state.phase === "suspect" ? state.open[0] : undefined;
    if (state.kind !== "adaptive" || probe === undefined) throw new Error("Nothing is suspected.");
    let looks = 0;
    const look = (target: typeof probe, key: string | symbol): unknown => {
      looks += 1;
      return Reflect.get(target, key);
    };
    const open = Array.from({ length: size }, (_, index) => new Proxy({ ...probe, seq: index + 1 }, { get: look }));
    return { state: { ...state, open }, looks: () => looks };
  };

  test.each<DetectorEvent>([
    { kind: "tick" },
    { kind: "replied", seq: 1, rttMs: 20 },
    { kind: "replied", seq: 1_000_000, rttMs: 20 },
    { kind: "refused", seq: 1 },
    { kind: "traffic", sent: 1, received: 0 },
    { kind: "traffic", sent: 1, received: 1 },
    { kind: "path-lost", reason: "no carrier" },
  ])("$kind looks at each open probe some times, however many there are", (event) => {
    const perProbe = [10, 100, 700].map((size) => {
      const { state, looks } = counted(size);
      stepDetector(state, event, state.wakeAt);
      return looks() / size;
    });
    for (const looks of perProbe) expect(looks).toBeLessThan(60);
    expect(perProbe[2]).toBeLessThanOrEqual((perProbe[0] ?? 0) + 1);
  });
});
