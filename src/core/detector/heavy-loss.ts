/**
 * Whether the line loses so much right now that new flows had better go elsewhere until it stops: a cumulative sum of
 * log-likelihood ratios (Page 1954), as in brown-out.ts, over every probe rather than over those that are far apart. It answers
 * within seconds and so only diverts: what it says is often over after half a minute.
 */
export interface HeavyLoss {
  readonly nats: number;
  /** When `nats` was last 0. */
  readonly soundAt: number;
  /** How many probes in a row were lost just now. */
  readonly run: number;
  /** Losses by target that count once the target answers again: one that doesn't may be dead by itself. */
  readonly pending: readonly number[];
  readonly heavy: boolean;
}

/** Bearable: a line that loses a tenth. Heavy: one that loses two fifths. */
const LOST_NATS = Math.log(0.4 / 0.1);
const ANSWERED_NATS = Math.log(0.6 / 0.9);

/** Three losses in a row say something about the line, more only that it was interrupted: that is for the silence to judge. */
const RUN_MAX = 3;

/** Where a tenth is lost, a false alarm once in some 100,000 probes: a quarter of a day. */
const ALARM_NATS = 9;

/** Most bursts of loss are over sooner. */
const PERSISTENCE_MS = 4_000;

/** The sum doesn't grow beyond this, so that the end is seen within half a minute … */
const CEILING_NATS = 1.5 * ALARM_NATS;

/** … where the sum falls below this. */
const CLEAR_NATS = 1;

/** Nothing is lost. */
export const NO_HEAVY_LOSS: HeavyLoss = {
  nats: 0,
  soundAt: Number.NEGATIVE_INFINITY,
  run: 0,
  pending: [],
  heavy: false,
};

/** After a probe to this target was not answered in time. Never throws. */
export const countLoss = (before: HeavyLoss, target: number): HeavyLoss => {
  const run = before.run + 1;
  const count = (before.pending[target] ?? 0) + 1;
  if (run > RUN_MAX || count > RUN_MAX) return { ...before, run };
  const length = Math.max(before.pending.length, target + 1);
  const pending = Array.from({ length }, (_, index) => (index === target ? count : (before.pending[index] ?? 0)));
  return { ...before, run, pending };
};

/** After an answer of this target. Never throws. */
export const countAnswer = (before: HeavyLoss, target: number, now: number): HeavyLoss => {
  const losses = before.pending[target] ?? 0;
  if (losses === 0 && before.nats === 0 && before.run === 0) return before;
  const nats = Math.min(CEILING_NATS, Math.max(0, before.nats + losses * LOST_NATS + ANSWERED_NATS));
  const pending = losses === 0 ? before.pending : before.pending.with(target, 0);
  const soundAt = before.nats === 0 || nats === 0 ? now : before.soundAt;
  const alarm = nats >= ALARM_NATS && now - soundAt >= PERSISTENCE_MS;
  return { nats, soundAt, run: 0, pending, heavy: alarm || (before.heavy && nats >= CLEAR_NATS) };
};
