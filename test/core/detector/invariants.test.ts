import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { AdaptiveState } from "../../../src/core/detector/adaptive-state.ts";
import { assess, type DetectorState, startDetector, stepDetector, wakeAt } from "../../../src/core/detector/detect.ts";
import type { Assessment, DetectorEvent, Verdict } from "../../../src/core/detector/detector.ts";
import { failoverSpan } from "../../../src/core/detector/patience.ts";
import { type DetectionSettings, PRESETS } from "../../../src/core/detector/presets.ts";
import { type LineStep, runLine } from "../../fake/line.ts";

// Virtual minutes and hours pass here; a loaded machine may need its time for them.
vi.setConfig({ testTimeout: 60_000 });

type PresetName = keyof typeof PRESETS;

const ANY_PRESET = fc.constantFrom<PresetName>("fast", "balanced", "calm", "metered", "classic");
const ADAPTIVE_PRESET = fc.constantFrom<Exclude<PresetName, "classic">>("fast", "balanced", "calm", "metered");

/** `seq` counts back from the newest probe; the pause is a share of the time to the next tick, or some milliseconds. */
const ANY_EVENT: fc.Arbitrary<DetectorEvent> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<DetectorEvent>({ kind: "tick" }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("replied" as const),
      seq: fc.nat(12),
      rttMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refused" as const), seq: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("traffic" as const),
      sent: fc.nat(4),
      received: fc.constantFrom(0, 0, 0, 3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("role" as const), carrying: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant<DetectorEvent>({ kind: "nudge" }) },
  { weight: 1, arbitrary: fc.constant<DetectorEvent>({ kind: "path-lost", reason: "no carrier" }) },
  { weight: 1, arbitrary: fc.constant<DetectorEvent>({ kind: "path-found" }) },
);
const ANY_PAUSE = fc.oneof(
  { weight: 8, arbitrary: fc.constant<{ share: number } | { ms: number }>({ share: 1 }) },
  { weight: 2, arbitrary: fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 2, arbitrary: fc.record({ ms: fc.double({ min: 0, max: 3_000, noNaN: true }) }) },
);
const ANY_STORY = fc.array(fc.tuple(ANY_PAUSE, ANY_EVENT), { minLength: 1, maxLength: 300 });
/** Dead, alive and in between: long runs of one kind, so that every verdict is reached. */
const ANY_WEATHER = fc.array(
  fc.record({ forMs: fc.integer({ min: 50, max: 60_000 }), loss: fc.constantFrom(0, 0.1, 0.5, 1) }),
  { minLength: 1, maxLength: 8 },
);

type Story = readonly (readonly [{ share: number } | { ms: number }, DetectorEvent])[];

const play = (settings: DetectionSettings, targetCount: number, story: Story): LineStep[] => {
  let state = startDetector({ settings, targetCount, seed: 7, now: 1_000_000_000.123, learned: null });
  let now = 1_000_000_000.123;
  const steps: LineStep[] = [];
  for (const [pause, drawn] of story) {
    const wake = Math.min(wakeAt(state), now + 60_000);
    now = "share" in pause ? now + Math.max(0, wake - now) * pause.share : now + pause.ms;
    const event = "seq" in drawn ? { ...drawn, seq: Math.max(1, lastSeq(state) - drawn.seq) } : drawn;
    const before = state;
    const step = stepDetector(before, event, now);
    state = step.state;
    steps.push({ before, event, now, ...step });
  }
  return steps;
};

const lastSeq = (state: DetectorState): number => (state.kind === "adaptive" ? state.pace.seq : state.seq);

const weatherSteps = (
  settings: DetectionSettings,
  targetCount: number,
  seed: number,
  weather: readonly { forMs: number; loss: number }[],
): LineStep[] => {
  const steps: LineStep[] = [];
  const until = weather.reduce((sum, { forMs }) => sum + forMs, 0);
  const lossAt = (at: number): number => {
    let end = 0;
    for (const { forMs, loss } of weather) {
      end += forMs;
      if (at < end) return loss;
    }
    return 0;
  };
  runLine({
    settings,
    targetCount,
    seed,
    until,
    fate: ({ at, chance }) => (chance() < lossAt(at) ? null : 15 + 10 * chance()),
    onStep: (step) => steps.push(step),
  });
  return steps;
};

const NEXT: Record<Verdict, readonly Verdict[]> = {
  unknown: ["up", "down", "suspect"],
  up: ["suspect", "down"],
  suspect: ["up", "down"],
  down: ["hold-down", "unknown"],
  "hold-down": ["up", "down"],
};

/** Cheaper than `expect`, which is called a million times here. */
const holds = (is: boolean, what: string, seen?: unknown): void => {
  if (!is) throw new Error(`${what}: ${JSON.stringify(seen)}`);
};

const checkSteps = (steps: readonly LineStep[], targetCount: number): void => {
  let lastSentAt = Number.NEGATIVE_INFINITY;
  let lastSeq = 0;
  let downAt = Number.NEGATIVE_INFINITY;
  for (const { before, now, state, probes } of steps) {
    holds(probes.length <= 1, "one probe a step at the most");
    for (const { seq, target } of probes) {
      holds(now - lastSentAt >= 20 - 1e-6, "probes are 20 ms apart", now - lastSentAt);
      holds(seq === lastSeq + 1, "seq rises by one", seq);
      holds(target >= 0 && target < targetCount, "the target exists", target);
      lastSentAt = now;
      lastSeq = seq;
    }
    holds(wakeAt(state) > now, "the next tick lies ahead", wakeAt(state) - now);
    const [was, is] = [assess(before), assess(state)];
    if (was !== is) checkChange(was, is, now);
    if (is.verdict === "down" && was.verdict !== "down" && was.verdict !== "hold-down") downAt = now;
    if (is.verdict === "up" && was.verdict === "hold-down" && state.kind === "adaptive") {
      holds(now - downAt >= state.settings.holdDownMs - 0.001, "up waits out the hold-down", now - downAt);
    }
    if (state.kind === "adaptive") checkRanges(state);
  }
};

const checkChange = (was: Assessment, is: Assessment, now: number): void => {
  const { verdict } = is;
  holds(JSON.stringify({ ...was, since: 0 }) !== JSON.stringify({ ...is, since: 0 }), "something changed", is);
  if (was.verdict !== verdict) {
    holds(NEXT[was.verdict].includes(verdict), "the verdict may follow", [was.verdict, verdict]);
    holds(is.since === now, "since is the verdict's time", is);
  }
  if (verdict === "down") holds(is.diverted, "down means diverted", is);
  holds((is.holdUntil === null) === (verdict !== "hold-down"), "holdUntil belongs to hold-down", is);
  holds(!/NaN|Infinity|undefined|-\d/.test(is.reason), "the reason can be read", is.reason);
};

const checkRanges = ({ settings, open, quality, targets, outage, patience }: AdaptiveState): void => {
  const { failoverSpanMs, divertSpanMs } = patience;
  holds(open.length <= 700, "open probes are bounded", open.length);
  holds(
    failoverSpanMs >= settings.failoverSpanMs && failoverSpanMs <= settings.failoverSpanMaxMs,
    "failover span",
    patience,
  );
  holds(divertSpanMs >= settings.divertSpanMs && divertSpanMs <= settings.failoverSpanMaxMs, "divert span", patience);
  holds(outage.holdMs >= settings.holdDownMs && outage.holdMs <= settings.holdDownMaxMs, "hold-down", outage);
  holds(outage.penalty >= 0, "penalty", outage);
  holds(quality.lossNats >= 0 && quality.lossNats <= 18, "loss sum", quality);
  holds(quality.latencyNats >= 0 && quality.latencyNats <= 22.5, "latency sum", quality);
  for (const { lossRatio } of targets) holds(lossRatio >= 0 && lossRatio <= 1, "loss ratio", lossRatio);
};

/** An answer that was heard before, that was never asked for, or that comes after everybody has forgotten its probe. */
const strangeAnswers = (state: DetectorState): DetectorEvent[] => {
  const open = new Set(state.kind === "adaptive" ? state.open.map(({ seq }) => seq) : []);
  const closed = Array.from({ length: lastSeq(state) }, (_, index) => index + 1).filter((seq) => !open.has(seq));
  return [0, -1, lastSeq(state) + 5, 1e9, ...closed.slice(0, 2), ...closed.slice(-2)].map((seq) => ({
    kind: "replied",
    seq,
    rttMs: 1,
  }));
};

/** From what was sent and answered alone, without a look into the detector. */
const checkProof = (steps: readonly LineStep[]): void => {
  const sent = new Map<number, { at: number; target: number }>();
  let frontier = Number.NEGATIVE_INFINITY;
  for (const { before, event, now, state, probes } of steps) {
    const answered = event.kind === "replied" ? sent.get(event.seq) : undefined;
    if (answered !== undefined) frontier = Math.max(frontier, answered.at);
    if (
      state.kind === "adaptive" &&
      before.kind === "adaptive" &&
      before.phase !== "down" &&
      before.phase !== "hold-down" &&
      state.phase === "down" &&
      before.path === null
    ) {
      const evidence = [...sent.values()].filter((probe) => probe.at > frontier);
      const times = evidence.map((probe) => probe.at);
      const proven = Math.max(...times) - Math.min(...times);
      expect(proven).toBeGreaterThanOrEqual(failoverSpan(before.patience, state.settings, now) - 0.01);
      expect(new Set(evidence.map((probe) => probe.target)).size).toBeGreaterThanOrEqual(2);
    }
    for (const probe of probes) sent.set(probe.seq, { at: now, target: probe.target });
  }
};

describe("whatever happens", () => {
  test("sends are spaced, wake-ups lie ahead, verdicts follow each other as they may, figures keep their ranges", () => {
    fc.assert(
      fc.property(ANY_PRESET, fc.integer({ min: 1, max: 6 }), ANY_STORY, (preset, targetCount, story) => {
        const steps = play(PRESETS[preset], targetCount, story);
        checkSteps(steps, targetCount);
        if (targetCount >= 2) checkProof(steps);
      }),
      { numRuns: 300 },
    );
  });

  test("the same holds in all weathers", () => {
    fc.assert(
      fc.property(
        ANY_PRESET,
        fc.integer({ min: 2, max: 6 }),
        fc.nat(),
        ANY_WEATHER,
        (preset, targetCount, seed, weather) => {
          const steps = weatherSteps(PRESETS[preset], targetCount, seed, weather);
          checkSteps(steps, targetCount);
          checkProof(steps);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("the same events give the same steps", () => {
    fc.assert(
      fc.property(ANY_PRESET, ANY_STORY, (preset, story) => {
        expect(play(PRESETS[preset], 3, story)).toEqual(play(PRESETS[preset], 3, story));
      }),
      { numRuns: 50 },
    );
  });

  test("an unknown, repeated or forgotten answer changes no more than a tick", () => {
    fc.assert(
      fc.property(ADAPTIVE_PRESET, ANY_STORY, fc.nat(500), (preset, story, later) => {
        const { state, now } = play(PRESETS[preset], 3, story).at(-1) ?? { state: null, now: 0 };
        if (state === null) return;
        const ticked = stepDetector(state, { kind: "tick" }, now + later);
        for (const answer of strangeAnswers(state)) expect(stepDetector(state, answer, now + later)).toEqual(ticked);
      }),
      { numRuns: 100 },
    );
  });

  test("an early tick changes nothing", () => {
    fc.assert(
      fc.property(
        ADAPTIVE_PRESET,
        fc.nat(),
        ANY_WEATHER,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (preset, seed, weather, share) => {
          for (const { state, now } of weatherSteps(PRESETS[preset], 3, seed, weather)) {
            const early = now + Math.min(wakeAt(state) - now, 60_000) * share;
            const step = stepDetector(state, { kind: "tick" }, early);
            holds(step.probes.length === 0 && assess(step.state) === assess(state), "no news", step);
            holds(wakeAt(step.state) === wakeAt(state), "the same deadline", step);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test("an answer makes every earlier probe worthless as evidence", () => {
    fc.assert(
      fc.property(ADAPTIVE_PRESET, ANY_STORY, (preset, story) => {
        for (const { before, event, state } of play(PRESETS[preset], 3, story)) {
          if (event.kind !== "replied" || before.kind !== "adaptive" || state.kind !== "adaptive") continue;
          const probe = before.open.find(({ seq }) => seq === event.seq);
          if (probe !== undefined) expect(state.frontierAt).toBeGreaterThanOrEqual(probe.sentAt);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("the state stays small: some octets for each open probe", () => {
    fc.assert(
      fc.property(ADAPTIVE_PRESET, fc.nat(), ANY_WEATHER, (preset, seed, weather) => {
        for (const { state } of weatherSteps(PRESETS[preset], 6, seed, weather).filter(
          (_, index) => index % 50 === 0,
        )) {
          const room = 5_000 + 300 * (state.kind === "adaptive" ? state.open.length : 0);
          holds(JSON.stringify(state).length <= room, "small", state);
        }
      }),
      { numRuns: 30 },
    );
  });
});
