import type { AdaptiveState, Pace } from "./adaptive-state.ts";
import { isLineSample, natsOf, type Probe } from "./evidence.ts";
import { HEAVY_SPACING_MS, isAlive, pickTarget } from "./picking.ts";
import { ROUNDING_MS, SEND_SPACING_MIN_MS } from "./presets.ts";
import { draw } from "./random.ts";
import { type Target, timeoutOf } from "./round-trip.ts";

/** Probes closer than this share a burst of loss. */
const PACED_SPACING_MS = 500;

/** Idle intervals are 90 to 110 % of what they should be. */
const JITTER_LEAST = 0.9;

/** A late answer within this time isn't lost yet in the line's figures: cellular lines deliver after seconds. */
const LOST_AFTER_MS = 4_000;

/** So many confirming probes go out quickly; a divert that they don't prove can wait for the slower ones. */
const QUICK_PROBES_MAX = 12;

/** A hint costs so many quick probes before the first of them has expired. */
const EARLY_PROBES = 3;

/** Above this more than one loss speaks for a line that loses much, and two seconds later that should be known. */
const LIKELY_HEAVY_NATS = 2;

/** While down, each probe waits so much longer than the one before. */
const DOWN_GROWTH = 1.2;

/** More open probes than any sensible setting makes. */
const OPEN_MAX = 1_000;

/** The pace at the start: the first probe goes out at once. */
export const startPace = ({
  seed,
  downIntervalMs,
  now,
}: {
  seed: number;
  downIntervalMs: number;
  now: number;
}): Pace => ({
  nextSendAt: now,
  lastSentAt: Number.NEGATIVE_INFINITY,
  lastPacedAt: Number.NEGATIVE_INFINITY,
  lastTarget: 0,
  seq: 0,
  idleTurn: -1,
  confirmTurn: -1,
  reviveTurn: -1,
  idleProbes: 0,
  train: 0,
  early: 0,
  waryUntil: Number.NEGATIVE_INFINITY,
  downIntervalMs,
  random: seed | 0,
  carrying: false,
});

/** When the next probe may go out: targets are always spared a minimum, heavy ones a longer one. */
export const dueAt = ({ pace, targets }: AdaptiveState): number =>
  Math.max(pace.nextSendAt, pace.lastSentAt + SEND_SPACING_MIN_MS, sparedUntil(targets));

/** Until then there is none that may be asked; a lighter one always may. */
const sparedUntil = (targets: readonly Target[]): number => {
  let until = Number.POSITIVE_INFINITY;
  for (const { heavy, askedAt } of targets) {
    if (!heavy) return Number.NEGATIVE_INFINITY;
    until = Math.min(until, askedAt + HEAVY_SPACING_MS);
  }
  return until;
};

/** The turn of every heavy target has come: what they said before an outage is old. */
export const forgetHeavy = (targets: readonly Target[]): readonly Target[] =>
  targets.some(({ heavy }) => heavy)
    ? targets.map((target) => (target.heavy ? { ...target, askedAt: Number.NEGATIVE_INFINITY } : target))
    : targets;

/** Whether a heavy target is to be asked soon, whatever else speaks for waiting. */
export const awaitsHeavy = (targets: readonly Target[]): boolean =>
  targets.some(({ heavy, askedAt }) => heavy && askedAt === Number.NEGATIVE_INFINITY);

/** Asks a heavy target again as soon as it may be. */
export const askAgain = (state: AdaptiveState, place: number, now: number): AdaptiveState => {
  const target = state.targets[place];
  if (target?.heavy !== true) return state;
  const targets = state.targets.with(place, { ...target, askedAt: Number.NEGATIVE_INFINITY });
  return scheduleBy({ ...state, targets }, now + HEAVY_SPACING_MS);
};

/** The time between probes while all is well, milliseconds, without jitter. */
export const idleInterval = (state: AdaptiveState, now: number): number => {
  const { settings, quality, heavyLoss } = state;
  const interval = usualInterval(state);
  if (heavyLoss.nats > LIKELY_HEAVY_NATS) return Math.min(interval, settings.boostedIntervalMs / 4);
  if (isWary(state, now)) return Math.min(interval, settings.boostedIntervalMs / 2);
  return quality.lossNats > settings.boostAboveNats ? Math.min(interval, settings.boostedIntervalMs) : interval;
};

/** Whether something was missed of late, so that users' packets don't put off the next probe. */
export const isWary = ({ heavyLoss, pace }: AdaptiveState, now: number): boolean =>
  heavyLoss.nats > LIKELY_HEAVY_NATS || now < pace.waryUntil;

/** Asks more often until `until`. */
export const beWary = (state: AdaptiveState, until: number): AdaptiveState =>
  state.pace.waryUntil >= until ? state : { ...state, pace: { ...state.pace, waryUntil: until } };

/** In the hold-down a loss must be made up for by many answers, so they are asked for as often as they count. */
const usualInterval = ({ settings, phase, pace, outage }: AdaptiveState): number => {
  const usual = pace.carrying ? settings.carryingIntervalMs : settings.standbyIntervalMs;
  if (phase !== "hold-down") return usual;
  const hurried = outage.losses > 0 ? PACED_SPACING_MS / JITTER_LEAST : Number.POSITIVE_INFINITY;
  return Math.min(usual, settings.holdDownIntervalMs, hurried);
};

/** The next probe an idle interval from now, with jitter so that detectors don't march in step. */
export const scheduleIdle = (state: AdaptiveState, now: number): AdaptiveState => ({
  ...state,
  pace: idlePace(state, state.pace, now),
});

const idlePace = (state: AdaptiveState, pace: Pace, now: number): Pace => {
  const { value, random } = draw(pace.random);
  const nextSendAt = now + idleInterval(state, now) * (JITTER_LEAST + 2 * (1 - JITTER_LEAST) * value);
  return { ...pace, nextSendAt, random, early: 0 };
};

/** The next probe at `at` at the latest. */
export const scheduleBy = (state: AdaptiveState, at: number): AdaptiveState =>
  state.pace.nextSendAt <= at ? state : { ...state, pace: { ...state.pace, nextSendAt: at } };

/** A hint of trouble: probe now, unless the last probe may still be answered; quickly again until something answers. */
export const probeOnHint = (state: AdaptiveState, now: number): AdaptiveState => {
  if (isAwaiting(state, now)) return state;
  return { ...state, pace: { ...state.pace, nextSendAt: Math.min(state.pace.nextSendAt, now), early: EARLY_PROBES } };
};

/** Whether a probe went out so recently that its answer may still come. */
export const isAwaiting = ({ pace, targets, settings }: AdaptiveState, now: number): boolean =>
  now - pace.lastSentAt <= timeoutOf(targets, pace.lastTarget, settings.timeoutMinMs);

/** Sends the next probe; `pace.seq` and `pace.lastTarget` of the result are the probe's. */
export const sendProbe = (state: AdaptiveState, now: number): AdaptiveState => {
  const { target, pace } = pickTarget(state, now);
  const seq = pace.seq + 1;
  const probe = newProbe(state, { seq, target, now });
  const sent = { ...pace, seq, lastTarget: target, lastSentAt: now, lastPacedAt: probe.paced ? now : pace.lastPacedAt };
  const room = state.open.length >= OPEN_MAX ? state.open.slice(1) : state.open;
  const targets = asked(state.targets, target, now);
  return { ...state, targets, open: [...room, probe], pace: nextPace(state, sent, now) };
};

const asked = (targets: readonly Target[], place: number, now: number): readonly Target[] => {
  const target = targets[place];
  return target?.heavy === true ? targets.with(place, { ...target, askedAt: now }) : targets;
};

/** How far apart probes are that count as samples of the line: in the hold-down each that its own pace sends, jitter included. */
const pacedSpacing = ({ phase, settings }: AdaptiveState): number =>
  phase === "hold-down" ? Math.min(PACED_SPACING_MS, settings.holdDownIntervalMs * JITTER_LEAST) : PACED_SPACING_MS;

const newProbe = (
  state: AdaptiveState,
  { seq, target, now }: { readonly seq: number; readonly target: number; readonly now: number },
): Probe => {
  const { targets, settings, pace } = state;
  const asked = targets[target];
  return {
    seq,
    target,
    sentAt: now,
    expiresAt: now + timeoutOf(targets, target, settings.timeoutMinMs),
    lostAt: now + LOST_AFTER_MS,
    nats: asked === undefined ? 0 : natsOf(asked),
    weighed: false,
    counted: false,
    paced:
      isLineSample(targets, target) &&
      asked?.heavy !== true &&
      now - pace.lastPacedAt >= pacedSpacing(state) - ROUNDING_MS,
    tainted: false,
  };
};

/** When the probe after the one that was just `sent` is due. */
const nextPace = (state: AdaptiveState, sent: Pace, now: number): Pace => {
  switch (state.phase) {
    case "up":
    case "hold-down":
      return isInDoubt(state) ? confirmingPace(state, sent, now) : wellPace(state, sent, now);
    case "unknown":
    case "suspect":
      return confirmingPace(state, sent, now);
    case "down":
      return downPace(state, sent, now);
  }
};

/** Whether something is unanswered that should have been answered: in the hold-down that is no verdict of its own. */
export const isInDoubt = ({ goalAt }: AdaptiveState): boolean => goalAt !== Number.POSITIVE_INFINITY;

const wellPace = (state: AdaptiveState, sent: Pace, now: number): Pace => {
  if (sent.early === 0 && !wasExtra(state, sent)) return idlePace(state, sent, now);
  const early = Math.max(0, sent.early - 1);
  return { ...sent, early, nextSendAt: now + state.settings.divertSpacingMs };
};

/** A probe besides the one that was due, which still is. */
const wasExtra = ({ targets }: AdaptiveState, sent: Pace): boolean => {
  const target = targets[sent.lastTarget];
  if (target?.heavy === true) return targets.some((other) => !other.heavy);
  return target?.dead === true && targets.some(isAlive);
};

/** Quickly until the divert, then slower; one exactly when the span for the failover is full. */
const confirmingPace = (state: AdaptiveState, sent: Pace, now: number): Pace => {
  const usual = now + confirmingSpacing(state, sent);
  const wantsGoal = now < state.goalAt - ROUNDING_MS && state.goalAt < usual;
  return { ...sent, nextSendAt: wantsGoal ? Math.max(state.goalAt, now + SEND_SPACING_MIN_MS) : usual };
};

const confirmingSpacing = ({ phase, targets, settings, divertedAt }: AdaptiveState, { train }: Pace): number => {
  if (phase === "unknown" && train < targets.length) return SEND_SPACING_MIN_MS;
  return divertedAt === null && train < QUICK_PROBES_MAX ? settings.divertSpacingMs : settings.confirmSpacingMs;
};

const downPace = ({ settings }: AdaptiveState, sent: Pace, now: number): Pace => {
  const downIntervalMs = Math.min(settings.downIntervalMaxMs, sent.downIntervalMs * DOWN_GROWTH);
  return { ...sent, nextSendAt: now + sent.downIntervalMs, downIntervalMs };
};
