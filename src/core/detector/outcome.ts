import type { AdaptiveState } from "./adaptive-state.ts";
import { learnLatency, learnLoss } from "./brown-out.ts";
import { isLineSample, type Probe } from "./evidence.ts";
import { countLoss } from "./heavy-loss.ts";
import { learnHeld } from "./hold-down.ts";
import { ROUNDING_MS } from "./presets.ts";
import { beWary } from "./probing.ts";
import { learnOutcome, type Target } from "./round-trip.ts";

/** How a probe ended. `rttMs`: null if it was lost, or if the round trip is ours rather than the line's. */
export interface Outcome {
  readonly lost: boolean;
  readonly rttMs: number | null;
}

/** An unanswered probe is kept so long at least, for its late answer. */
const KEEP_MIN_MS = 30_000;

/** The longest time-out with room: a probe must not be forgotten while it is evidence. */
const KEEP_ROOM_MS = 10_000;

/** After a loss: four quick probes, so that each primary is asked once and the loss counts; a second at least. */
const WARY_INTERVALS = 2;
const WARY_MS_MIN = 1_000;

/** Counts the probes whose time to answer is over and forgets those that can't matter any more. */
export const settle = (unweighed: AdaptiveState, now: number): AdaptiveState => {
  if (unweighed.open.length === 0) return unweighed;
  const state = weighExpired(unweighed, now);
  if (!state.open.some((probe) => isLost(state, probe, now) || isStale(state, probe, now))) return state;
  const counted = state.open.reduce(
    (line, probe) => (isLost(line, probe, now) ? countOutcome(line, probe, { outcome: LOST, now }) : line),
    state,
  );
  const kept = state.open.filter((probe) => !isStale(state, probe, now));
  const open = kept.map((probe) => (isLost(state, probe, now) ? { ...probe, counted: true } : probe));
  return { ...counted, open };
};

/** What wasn't answered in time counts for the losses of this moment; to the line's figures it may still come late. */
const weighExpired = (state: AdaptiveState, now: number): AdaptiveState => {
  const isDue = (probe: Probe): boolean => !probe.weighed && probe.expiresAt <= now && probe.sentAt <= state.frontierAt;
  if (!state.open.some(isDue)) return state;
  const counts = (probe: Probe): boolean => isDue(probe) && !probe.tainted && isLineSample(state.targets, probe.target);
  const heavyLoss = state.open.filter(counts).reduce((loss, { target }) => countLoss(loss, target), state.heavyLoss);
  const open = state.open.map((probe) => (isDue(probe) ? { ...probe, weighed: true } : probe));
  const weighed = { ...state, heavyLoss, open };
  const waryMs = Math.max(WARY_MS_MIN, WARY_INTERVALS * state.settings.boostedIntervalMs);
  return heavyLoss === state.heavyLoss ? weighed : beWary(weighed, now + waryMs);
};

const LOST: Outcome = { lost: true, rttMs: null };

/**
 * Silence of everything says nothing about one target or about the line's usual loss. So a loss counts only once a later
 * probe was answered. In the hold-down it counts at once: there the line is on trial.
 */
const isLost = (state: AdaptiveState, probe: Probe, now: number): boolean =>
  !probe.counted && probe.lostAt <= now && (probe.sentAt <= state.frontierAt || state.phase === "hold-down");

const isStale = ({ frontierAt, settings }: AdaptiveState, { sentAt, lostAt }: Probe, now: number): boolean =>
  (lostAt <= now && sentAt <= frontierAt) ||
  now - sentAt >= Math.max(KEEP_MIN_MS, 2 * settings.failoverSpanMaxMs + KEEP_ROOM_MS);

/** Takes the outcome of a probe into the figures: the target's and the line's, or those of the hold-down. */
export const countOutcome = (
  state: AdaptiveState,
  probe: Probe,
  { outcome, now }: { readonly outcome: Outcome; readonly now: number },
): AdaptiveState => {
  switch (state.phase) {
    case "up":
    case "suspect":
      return countQuality(countTarget(state, probe, outcome), probe, { outcome, now });
    case "hold-down":
      return countHeld(countTarget(state, probe, outcome), probe, outcome);
    case "unknown":
    case "down":
      return state;
  }
};

const countTarget = (state: AdaptiveState, { target }: Probe, { lost }: Outcome): AdaptiveState => {
  const before = state.targets[target];
  return before === undefined
    ? state
    : { ...state, targets: replaced(state.targets, target, learnOutcome(before, lost)) };
};

/** What a heavy target's many packets and its own work take says little about the line. */
const countQuality = (
  state: AdaptiveState,
  { target, paced }: Probe,
  { outcome, now }: { readonly outcome: Outcome; readonly now: number },
): AdaptiveState => {
  const asked = state.targets[target];
  if (asked === undefined || asked.heavy || !isLineSample(state.targets, target)) return state;
  const loss = paced ? learnLoss(state.quality, outcome.lost, now) : state.quality;
  const known = outcome.rttMs !== null && asked.baseMs !== null;
  const quality = known ? learnLatency(loss, { ms: outcome.rttMs, usualMs: asked.baseMs }, now) : loss;
  return quality === state.quality ? state : { ...state, quality };
};

/** Only what was sent in the hold-down counts for it, and of quick probes no more than are samples of the line's loss. */
const countHeld = (state: AdaptiveState, { target, sentAt, paced }: Probe, { lost }: Outcome): AdaptiveState => {
  const { answeredAt } = state.outage;
  const counts = paced || state.targets[target]?.heavy === true;
  if (answeredAt === null || sentAt < answeredAt - ROUNDING_MS || !counts) return state;
  return { ...state, outage: learnHeld(state.outage, lost) };
};

/** `targets` with another one at `index`. */
export const replaced = (targets: readonly Target[], index: number, target: Target): readonly Target[] =>
  targets.map((before, at) => (at === index ? target : before));
