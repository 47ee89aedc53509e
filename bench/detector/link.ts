import type { Lognormal } from "./chance.ts";

/** Something that happens to a line `perDay` times on average, memoryless. */
interface Events {
  readonly perDay: number;
}

/** How a kind of line behaves while nothing is broken for good. Durations in milliseconds, ratios 0..1. */
export interface LinkModel {
  /** The shortest round trip to each target. */
  readonly floorsMs: readonly number[];
  /** Added to each round trip. */
  readonly jitter: Lognormal;
  /** Added to some: exponential. */
  readonly spike: { readonly ratio: number; readonly meanMs: number };
  /** Share of single packets lost. */
  readonly loss: number;
  /** Times of exponential length in which a share is lost. */
  readonly bursts: Events & { readonly meanMs: number; readonly loss: number };
  /** Times in which all is lost. */
  readonly blackouts: Events & { readonly length: Lognormal };
  /** Times in which nothing arrives; the share `late` arrives at the end, the rest is lost. */
  readonly stalls: (Events & { readonly length: Lognormal; readonly late: number }) | null;
  /** Times in which its own users fill a queue: of exponential length, with this much delay. */
  readonly bloat: Events & { readonly meanMs: number; readonly depth: Lognormal };
  /** A radio that falls asleep when nothing is sent, and needs time to wake. */
  readonly sleep: { readonly idleMs: number; readonly wakeMsMin: number; readonly wakeMsMax: number } | null;
  /** A satellite's time slots: each has its own path, and some begin with a gap. */
  readonly slots: {
    readonly lengthMs: number;
    readonly offsetMsMin: number;
    readonly offsetMsMax: number;
    readonly gapRatio: number;
    readonly gapMsMin: number;
    readonly gapMsMax: number;
  } | null;
}

/** Of every line; rates per target. */
export const TARGETS = {
  loss: 0.0005,
  outages: [
    { perDay: 12 / 365, length: { medianMs: 30_000, sigma: 1.2, capMs: 600_000 } },
    { perDay: 1 / 365, length: { medianMs: 7_200_000, sigma: 0.7, capMs: 86_400_000 } },
  ],
} as const;

const NO_CAP = Number.POSITIVE_INFINITY;

const LTE: LinkModel = {
  floorsMs: [42, 46, 50, 55, 60, 65],
  jitter: { medianMs: 12, sigma: 0.7, capMs: NO_CAP },
  spike: { ratio: 0.03, meanMs: 120 },
  loss: 0.003,
  bursts: { perDay: 20, meanMs: 1_500, loss: 0.4 },
  blackouts: { perDay: 2, length: { medianMs: 1_000, sigma: 0.9, capMs: 10_000 } },
  stalls: { perDay: 30, length: { medianMs: 800, sigma: 0.9, capMs: 10_000 }, late: 0.7 },
  bloat: { perDay: 30, meanMs: 60_000, depth: { medianMs: 900, sigma: 0.7, capMs: 6_000 } },
  sleep: { idleMs: 10_000, wakeMsMin: 50, wakeMsMax: 250 },
  slots: null,
};

/**
 * The lines that detectors are scored on. Round trips and losses follow published measurements where there are any; the
 * rates of short interruptions on wired lines are assumptions (nobody publishes them at 100 ms resolution).
 */
export const LINKS = {
  fiber: {
    floorsMs: [6, 9, 12, 15, 18, 25],
    jitter: { medianMs: 0.5, sigma: 0.8, capMs: NO_CAP },
    spike: { ratio: 0.002, meanMs: 20 },
    loss: 0.0003,
    bursts: { perDay: 5, meanMs: 1_000, loss: 0.3 },
    blackouts: { perDay: 0.3, length: { medianMs: 500, sigma: 1, capMs: 10_000 } },
    stalls: null,
    bloat: { perDay: 5, meanMs: 30_000, depth: { medianMs: 30, sigma: 0.5, capMs: 200 } },
    sleep: null,
    slots: null,
  },
  cable: {
    floorsMs: [12, 15, 18, 22, 26, 30],
    jitter: { medianMs: 3, sigma: 0.7, capMs: NO_CAP },
    spike: { ratio: 0.01, meanMs: 40 },
    loss: 0.002,
    bursts: { perDay: 30, meanMs: 2_000, loss: 0.3 },
    blackouts: { perDay: 2, length: { medianMs: 600, sigma: 1, capMs: 10_000 } },
    stalls: null,
    bloat: { perDay: 20, meanMs: 40_000, depth: { medianMs: 150, sigma: 0.6, capMs: 1_000 } },
    sleep: null,
    slots: null,
  },
  dsl: {
    floorsMs: [22, 25, 28, 32, 36, 40],
    jitter: { medianMs: 2, sigma: 0.6, capMs: NO_CAP },
    spike: { ratio: 0.005, meanMs: 30 },
    loss: 0.002,
    bursts: { perDay: 40, meanMs: 1_000, loss: 0.5 },
    blackouts: { perDay: 3, length: { medianMs: 800, sigma: 0.9, capMs: 10_000 } },
    stalls: null,
    bloat: { perDay: 30, meanMs: 60_000, depth: { medianMs: 500, sigma: 0.6, capMs: 2_000 } },
    sleep: null,
    slots: null,
  },
  starlink: {
    floorsMs: [28, 31, 34, 38, 44, 50],
    jitter: { medianMs: 6, sigma: 0.6, capMs: NO_CAP },
    spike: { ratio: 0.01, meanMs: 60 },
    loss: 0.005,
    bursts: { perDay: 30, meanMs: 3_000, loss: 0.2 },
    blackouts: { perDay: 3, length: { medianMs: 1_000, sigma: 0.8, capMs: 10_000 } },
    stalls: null,
    bloat: { perDay: 20, meanMs: 40_000, depth: { medianMs: 150, sigma: 0.5, capMs: 600 } },
    sleep: null,
    slots: { lengthMs: 15_000, offsetMsMin: -6, offsetMsMax: 14, gapRatio: 0.25, gapMsMin: 20, gapMsMax: 250 },
  },
  lte: LTE,
  congested: {
    floorsMs: [20, 24, 28, 32, 36, 40],
    jitter: { medianMs: 10, sigma: 0.8, capMs: NO_CAP },
    spike: { ratio: 0.03, meanMs: 80 },
    loss: 0.03,
    bursts: { perDay: 100, meanMs: 5_000, loss: 0.3 },
    blackouts: { perDay: 2, length: { medianMs: 600, sigma: 1, capMs: 10_000 } },
    stalls: null,
    bloat: { perDay: 100, meanMs: 60_000, depth: { medianMs: 300, sigma: 0.7, capMs: 1_500 } },
    sleep: null,
    slots: null,
  },
  "lte-mobile": {
    ...LTE,
    jitter: { medianMs: 25, sigma: 0.6, capMs: NO_CAP },
    spike: { ratio: 0.05, meanMs: 150 },
    loss: 0.007,
    bursts: { perDay: 240, meanMs: 1_500, loss: 0.4 },
    blackouts: { perDay: 60, length: { medianMs: 1_000, sigma: 1, capMs: 30_000 } },
    stalls: { perDay: 500, length: { medianMs: 1_000, sigma: 1, capMs: 30_000 }, late: 0.8 },
    bloat: { perDay: 60, meanMs: 30_000, depth: { medianMs: 900, sigma: 0.9, capMs: 10_000 } },
  },
} as const satisfies Record<string, LinkModel>;

export type LinkName = keyof typeof LINKS;
