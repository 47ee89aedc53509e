/** What is known of one target. Ratios 0..1, durations in milliseconds. */
export interface Target {
  /** Smoothed round trip and its mean deviation (RFC 6298 § 2); null until the first answer. */
  readonly rttMs: number | null;
  readonly deviationMs: number;
  /** Where the round trip lies when the line is quiet: follows its median slowly. */
  readonly baseMs: number | null;
  /** Share of its probes that were lost, the last 32 weighing most. */
  readonly lossRatio: number;
  /** It loses more than half: it may be down by itself, so its silence is no evidence. */
  readonly dead: boolean;
  /** It costs much to ask, and when it was last asked (of others nobody keeps count). */
  readonly heavy: boolean;
  readonly askedAt: number;
}

/** What a good line is expected to lose until it is known better. */
export const LOSS_EXPECTED = 0.02;

/** RFC 6298 says 1 s before the first sample; 3 s at the most, since a confirming probe must expire within the span. */
const TIMEOUT_INITIAL_MS = 1_000;
const TIMEOUT_MAX_MS = 3_000;

/** Room for the clock and the scheduler where the round trip never varies. */
const DEVIATION_ROOM_MIN_MS = 10;

/** A step this small follows the median of a line within some hundred probes and ignores what lasts for seconds. */
const BASE_STEP = 0.005;

/** 32 probes: half a minute on a carrying uplink with losses. */
const LOSS_STEP = 1 / 32;

/** Well apart, so that a target at the edge doesn't flicker. */
const DEAD_ABOVE = 0.5;
const ALIVE_BELOW = 0.25;

/** A target that was never probed. */
export const NEW_TARGET: Target = {
  rttMs: null,
  deviationMs: 0,
  baseMs: null,
  lossRatio: LOSS_EXPECTED,
  dead: false,
  heavy: false,
  askedAt: Number.NEGATIVE_INFINITY,
};

/**
 * `target` after an answer with this round trip (RFC 6298 § 2.2 and 2.3). What was learned before is forgotten where it is more
 * than twice as long: a line's first probes wait until the gateway's address is found, up to a second. Never throws.
 */
export const learnRoundTrip = (target: Target, rttMs: number): Target => {
  if (target.rttMs === null || target.baseMs === null || rttMs < target.baseMs / 2) {
    return { ...target, rttMs, deviationMs: rttMs / 2, baseMs: rttMs };
  }
  return {
    ...target,
    rttMs: target.rttMs + (rttMs - target.rttMs) / 8,
    deviationMs: target.deviationMs + (Math.abs(target.rttMs - rttMs) - target.deviationMs) / 4,
    baseMs: target.baseMs * (rttMs > target.baseMs ? 1 + BASE_STEP : 1 - BASE_STEP),
  };
};

/** `target` after one of its probes was answered or lost. Never throws. */
export const learnOutcome = (target: Target, lost: boolean): Target => {
  const lossRatio = target.lossRatio + ((lost ? 1 : 0) - target.lossRatio) * LOSS_STEP;
  const dead = target.dead ? lossRatio >= ALIVE_BELOW : lossRatio > DEAD_ABOVE;
  return { ...target, lossRatio, dead };
};

/** How long to wait for an answer of target `index`, milliseconds. Never throws. */
export const timeoutOf = (targets: readonly Target[], index: number, timeoutMinMs: number): number => {
  const own = timeoutLearned(targets[index], timeoutMinMs);
  if (own !== null) return own;
  const others = targets.map((target) => timeoutLearned(target, timeoutMinMs) ?? 0);
  const longest = Math.max(0, ...others);
  return longest > 0 ? Math.min(TIMEOUT_INITIAL_MS, 2 * longest) : TIMEOUT_INITIAL_MS;
};

/** The shortest usual round trip of a living target, milliseconds; 0 while none is known. Never throws. */
export const usualRoundTrip = (targets: readonly Target[]): number => {
  let shortest = Number.POSITIVE_INFINITY;
  for (const { dead, baseMs } of targets) if (!dead && baseMs !== null) shortest = Math.min(shortest, baseMs);
  return shortest === Number.POSITIVE_INFINITY ? 0 : shortest;
};

const timeoutLearned = (target: Target | undefined, timeoutMinMs: number): number | null => {
  if (target === undefined || target.rttMs === null) return null;
  const wanted = target.rttMs + Math.max(4 * target.deviationMs, DEVIATION_ROOM_MIN_MS);
  return Math.min(TIMEOUT_MAX_MS, Math.max(timeoutMinMs, wanted));
};
