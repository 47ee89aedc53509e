import { LOSS_EXPECTED } from "./round-trip.ts";

/**
 * Whether the line works badly: two cumulative sums of log-likelihood ratios (Page 1954), nats. Each rises with what a
 * bad line does and falls with what a good one does; a high sum that lasts is a brown-out.
 */
export interface BrownOut {
  readonly lossNats: number;
  /** When `lossNats` was last low. */
  readonly lossLowAt: number;
  /** Whether the paced probe before was lost: a burst counts as one loss. */
  readonly lostBefore: boolean;
  /** Share of paced probes lost over the last 1024 or so: what is usual on this line. */
  readonly lossUsual: number;
  /** Share of paced probes that began a loss, over the last 64 or so: how the line is now. */
  readonly lossNow: number;
  readonly latencyNats: number;
  readonly latencyLowAt: number;
  readonly degraded: { readonly loss: boolean; readonly latency: boolean };
}

/** The test's alternative: a line that loses a fifth. */
const LOSS_BAD = 0.2;
/** What is usual is taken as between these: less can't be told apart, more should not become usual. */
const LOSS_USUAL_MIN = 0.02;
const LOSS_USUAL_MAX = 0.05;
const LOSS_USUAL_STEP = 1 / 1024;
const LOSS_USUAL_INITIAL = 0.005;
/** 64 paced probes: half a minute of an uplink with losses; steadier than a target's own ratio. */
const LOSS_NOW_STEP = 1 / 64;

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
  lostBefore: false,
  lossUsual: LOSS_USUAL_INITIAL,
  lossNow: LOSS_EXPECTED,
  latencyNats: 0,
  latencyLowAt: now,
  degraded: { loss: false, latency: false },
});

/** After a failure nothing of before counts, but what is usual on the line. */
export const resetBrownOut = (before: BrownOut, now: number): BrownOut => ({
  ...newBrownOut(now),
  lossUsual: before.lossUsual,
  lossNow: before.lossNow,
});

/** After a paced probe was answered or lost. Never throws. */
export const learnLoss = (before: BrownOut, lost: boolean, now: number): BrownOut => {
  const lossUsual = before.lossUsual + ((lost ? 1 : 0) - before.lossUsual) * LOSS_USUAL_STEP;
  if (lost && before.lostBefore) return { ...before, lossUsual };
  const lossNow = before.lossNow + ((lost ? 1 : 0) - before.lossNow) * LOSS_NOW_STEP;
  const lossNats = clamp(before.lossNats + natsOfOutcome(lossUsual, lost), LOSS_ALARM_NATS);
  const lossLowAt = lossNats <= CLEAR * LOSS_ALARM_NATS ? now : before.lossLowAt;
  const loss = alarm({
    before: before.degraded.loss,
    nats: lossNats,
    threshold: LOSS_ALARM_NATS,
    lowAt: lossLowAt,
    now,
  });
  return { ...before, lossUsual, lossNow, lossNats, lossLowAt, lostBefore: lost, degraded: change(before, { loss }) };
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

const natsOfOutcome = (lossUsual: number, lost: boolean): number => {
  const usual = Math.min(LOSS_USUAL_MAX, Math.max(LOSS_USUAL_MIN, 2 * lossUsual));
  return Math.log(lost ? LOSS_BAD / usual : (1 - LOSS_BAD) / (1 - usual));
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
