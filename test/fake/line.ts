import { assess, type DetectorState, startDetector, stepDetector, wakeAt } from "../../src/core/detector/detect.ts";
import type { Assessment, DetectorEvent, Learned, ProbeRequest } from "../../src/core/detector/detector.ts";
import type { DetectionSettings } from "../../src/core/detector/presets.ts";
import { draw } from "../../src/core/detector/random.ts";

/** What a virtual line does to a probe: the round trip in milliseconds, null if it is lost, or that it is refused. */
export type Fate = (probe: {
  readonly target: number;
  readonly at: number;
  readonly chance: () => number;
}) => number | null | "refused";

export interface LineOptions {
  readonly settings: DetectionSettings;
  readonly fate: Fate;
  /** Milliseconds of virtual time. */
  readonly until: number;
  readonly startAt?: number;
  readonly targetCount?: number;
  readonly heavy?: readonly number[];
  readonly seed?: number;
  readonly learned?: Learned;
  readonly carrying?: boolean;
  /** Events besides, by time. */
  readonly events?: readonly (readonly [at: number, event: DetectorEvent])[];
  /** User traffic of the reading at `at`, which is taken each `readEachMs`. */
  readonly traffic?: (at: number, chance: () => number) => { readonly sent: number; readonly received: number };
  readonly readEachMs?: number;
  /** We sleep from … to …: what happens meanwhile is delivered at the end, the tick first. */
  readonly asleep?: readonly [from: number, to: number];
  readonly onStep?: (step: LineStep) => void;
}

export interface LineStep {
  readonly before: DetectorState;
  readonly event: DetectorEvent;
  readonly now: number;
  readonly state: DetectorState;
  readonly probes: readonly ProbeRequest[];
}

export interface LineRun {
  readonly state: DetectorState;
  readonly assessments: readonly { readonly at: number; readonly assessment: Assessment }[];
  readonly probes: readonly { readonly at: number; readonly seq: number; readonly target: number }[];
}

interface Due {
  readonly at: number;
  readonly event: DetectorEvent;
}

/** Random numbers 0 ≤ x < 1 from a seed. */
export const chances = (seed: number): (() => number) => {
  let random = seed | 0;
  return () => {
    const drawn = draw(random);
    random = drawn.random;
    return drawn.value;
  };
};

/** Runs one detector over a virtual line. At equal times replies come before ticks, unless we slept. */
export const runLine = (options: LineOptions): LineRun => {
  const { settings, until, startAt = 0, targetCount = 3, heavy = [], seed = 1, readEachMs = 50 } = options;
  const chance = chances(seed * 7919 + 13);
  const assessments: { at: number; assessment: Assessment }[] = [];
  const probes: { at: number; seq: number; target: number }[] = [];
  const queue: Due[] = (options.events ?? []).map(([at, event]) => ({ at, event }));
  queue.push({ at: startAt, event: { kind: "role", carrying: options.carrying ?? true } });
  queue.sort((a, b) => a.at - b.at);
  let nextReading = options.traffic === undefined ? Number.POSITIVE_INFINITY : startAt + readEachMs * chance();
  let state = startDetector({ settings, targetCount, heavy, seed, now: startAt, learned: options.learned ?? null });
  let last: Assessment | null = null;

  const enqueue = (due: Due): void => {
    const later = queue.findIndex(({ at }) => at > due.at);
    if (later < 0) queue.push(due);
    else queue.splice(later, 0, due);
  };

  const launch = (probe: ProbeRequest, now: number): void => {
    probes.push({ at: now, ...probe });
    const fate = options.fate({ target: probe.target, at: now, chance });
    if (fate === "refused") enqueue({ at: now, event: { kind: "refused", seq: probe.seq } });
    else if (fate !== null) enqueue({ at: now + fate, event: { kind: "replied", seq: probe.seq, rttMs: fate } });
  };

  const take = (event: DetectorEvent, now: number): void => {
    const before = state;
    const step = stepDetector(before, event, now);
    state = step.state;
    options.onStep?.({ before, event, now, state, probes: step.probes });
    if (assess(state) !== last) {
      last = assess(state);
      assessments.push({ at: now, assessment: last });
    }
    for (const probe of step.probes) launch(probe, now);
  };

  const wakened = (at: number): number => {
    const [from, to] = options.asleep ?? [0, 0];
    return at >= from && at < to ? to : at;
  };

  for (;;) {
    const tickAt = wakened(wakeAt(state));
    const reading = wakened(nextReading);
    const eventAt = wakened(queue[0]?.at ?? Number.POSITIVE_INFINITY);
    const now = Math.min(tickAt, reading, eventAt);
    if (now > until) return { state, assessments, probes };
    const justWoken = options.asleep !== undefined && now === options.asleep[1];
    if (tickAt === now && (justWoken || eventAt > now)) take({ kind: "tick" }, now);
    else if (eventAt === now) take(queue.shift()?.event ?? { kind: "tick" }, now);
    else {
      take({ kind: "traffic", ...(options.traffic?.(now, chance) ?? { sent: 0, received: 0 }) }, now);
      nextReading = now + readEachMs;
    }
  }
};

/** A clean, short line that is dead within the given spans. */
export const cleanLine =
  (dead: readonly (readonly [from: number, to: number])[] = [], rttMs = 0.8): Fate =>
  ({ at }) =>
    dead.some(([from, to]) => at >= from && at < to) ? null : rttMs;

/** Users who send and receive all the time, but for the answers within the given spans. */
export const busyTraffic =
  (dead: readonly (readonly [from: number, to: number])[] = []) =>
  (at: number): { sent: number; received: number } =>
    dead.some(([from, to]) => at - 50 >= from && at < to) ? { sent: 3, received: 0 } : { sent: 3, received: 3 };

/** What a line has taught that was bad for long. */
export const LEARNED: Learned = {
  failoverSpanMs: 4_500,
  divertSpanMs: 300,
  penalty: 2_000,
  at: 0,
  down: true,
  longOutages: 3,
  regrets: 1,
};

/** What was thought of the line at a time. */
export const assessmentAt = (run: LineRun, time: number): Assessment | undefined =>
  run.assessments.filter(({ at }) => at <= time).at(-1)?.assessment;

/** When the run first satisfied `wanted` at or after `from`, milliseconds after `from`; Infinity if never. */
export const delayUntil = (run: LineRun, from: number, wanted: (assessment: Assessment) => boolean): number =>
  (run.assessments.find(({ at, assessment }) => at >= from && wanted(assessment))?.at ?? Number.POSITIVE_INFINITY) -
  from;

/** How often the verdict became `down`, `up` and so on, in order, without repetitions. */
export const verdicts = (run: LineRun): string[] =>
  run.assessments.map(({ assessment }) => assessment.verdict).filter((verdict, at, all) => verdict !== all[at - 1]);
