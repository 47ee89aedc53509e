import { LOSS_EXPECTED } from "./round-trip.ts";

/**
 * Whether the line works badly: two cumulative sums of log-likelihood ratios (Page 1954), nats. Each rises with what a
 * bad line does and falls with what a good one does; a high sum that lasts is a brown-out.
 */
export interface BrownOut {
  readonly lossNats: number;
  /** When `lossNats` was last low. */
  readonly lossLowAt: number;
  /** How many paced probes in a row were lost just now: more than two count as an interruption, not as loss. */
  readonly lostInRow: number;
  /** Share of paced probes lost, interruptions left out, over the last 64 or so: how the line is now. */
  readonly lossNow: number;
  readonly latencyNats: number;
  readonly latencyLowAt: number;
  readonly degraded: { readonly loss: boolean; readonly latency: boolean };
}

/** The test's alternative: a line that loses a fifth. */
const LOSS_BAD = 0.2;
/** What is borne: a line that loses a tenth is no brown-out. */
const LOSS_BORNE = 0.1;
const LOST_NATS = Math.log(LOSS_BAD / LOSS_BORNE);
const ANSWERED_NATS = Math.log((1 - LOSS_BAD) / (1 - LOSS_BORNE));
/** 64 paced probes: half a minute of an uplink with losses; steadier than a target's own ratio. */
const LOSS_NOW_STEP = 1 / 64;

/** So many losses in a row count. */
const RUN_MAX = 2;

/** A false alarm once in e^12 probes, years at one a second. */
const LOSS_ALARM_NATS = 12;
/** Slow probes come in runs, so they must add up to more. */
const LATENCY_ALARM_NATS = 15;
/** ln(0.6 / 0.1) and ln(0.4 / 0.9): a tenth of the probes are slow on a good line, six tenths on a bad one. */
const SLOW_NATS = 1.79;
const QUICK_NATS = -0.81;
/** Slow: more than three times the usual round trip, and more than a voice codec's jitter buffer above it. */
const SLOW_FACTOR = 3;
const SLOW_EXTRA_MS = 100;
/** The sums don't grow beyond this multiple of the alarm, so that the end of a brown-out is seen soon. */
const CEILING = 1.5;
/** The alarm ends at this share of its threshold. */
const CLEAR = 0.25;
/** Users bear half a minute; less is an interruption, for which others look. */
const PERSISTENCE_MS = 30_000;

/** A line about which nothing bad is known. */
export const newBrownOut = (now: number): BrownOut => ({
  lossNats: 0,
  lossLowAt: now,
  lostInRow: 0,
  lossNow: LOSS_EXPECTED,
  latencyNats: 0,
  latencyLowAt: now,
  degraded: { loss: false, latency: false },
});

/** After a failure nothing of before counts, but what is usual on the line. */
export const resetBrownOut = (before: BrownOut, now: number): BrownOut => ({
  ...newBrownOut(now),
  lossNow: before.lossNow,
});

/** After a paced probe was answered or lost. Never throws. */
export const learnLoss = (before: BrownOut, lost: boolean, now: number): BrownOut => {
  const lostInRow = lost ? before.lostInRow + 1 : 0;
  if (lostInRow > RUN_MAX) return { ...before, lostInRow };
  const lossNow = before.lossNow + ((lost ? 1 : 0) - before.lossNow) * LOSS_NOW_STEP;
  const lossNats = clamp(before.lossNats + (lost ? LOST_NATS : ANSWERED_NATS), LOSS_ALARM_NATS);
  const lossLowAt = lossNats <= CLEAR * LOSS_ALARM_NATS ? now : before.lossLowAt;
  const loss = alarm({
    before: before.degraded.loss,
    nats: lossNats,
    threshold: LOSS_ALARM_NATS,
    lowAt: lossLowAt,
    now,
  });
  return { ...before, lossNow, lossNats, lossLowAt, lostInRow, degraded: change(before, { loss }) };
};

/** After an answer with this round trip from a target with this usual round trip, milliseconds. Never throws. */
export const learnLatency = (
  before: BrownOut,
  rtt: { readonly ms: number; readonly usualMs: number },
  now: number,
): BrownOut => {
  const slow = rtt.ms > Math.max(SLOW_FACTOR * rtt.usualMs, rtt.usualMs + SLOW_EXTRA_MS);
  if (!slow && before.latencyNats === 0) return before;
  const latencyNats = clamp(before.latencyNats + (slow ? SLOW_NATS : QUICK_NATS), LATENCY_ALARM_NATS);
  const latencyLowAt = latencyNats <= CLEAR * LATENCY_ALARM_NATS ? now : before.latencyLowAt;
  const latency = alarm({
    before: before.degraded.latency,
    nats: latencyNats,
    threshold: LATENCY_ALARM_NATS,
    lowAt: latencyLowAt,
    now,
  });
  return { ...before, latencyNats, latencyLowAt, degraded: change(before, { latency }) };
};

const clamp = (nats: number, alarmNats: number): number => Math.min(CEILING * alarmNats, Math.max(0, nats));

interface Sum {
  readonly before: boolean;
  readonly nats: number;
  readonly threshold: number;
  readonly lowAt: number;
  readonly now: number;
}

const alarm = ({ before, nats, threshold, lowAt, now }: Sum): boolean => {
  if (nats <= CLEAR * threshold) return false;
  return before || (nats >= threshold && now - lowAt >= PERSISTENCE_MS);
};

const change = ({ degraded }: BrownOut, to: Partial<BrownOut["degraded"]>): BrownOut["degraded"] => {
  const next = { ...degraded, ...to };
  return next.loss === degraded.loss && next.latency === degraded.latency ? degraded : next;
};
