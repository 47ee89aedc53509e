import type { AdaptiveState, Pace } from "./adaptive-state.ts";
import { livingTargets } from "./evidence.ts";
import { ROUNDING_MS, SILENT_TARGETS_MIN } from "./presets.ts";
import type { Target } from "./round-trip.ts";

/** A heavy target is asked no more often than this, even where there is no other to confirm a silence. */
export const HEAVY_SPACING_MS = 250;

/** Each eighth idle probe goes to a dead target, to see whether it lives again, besides the probe that was due. */
const REVIVE_EACH = 8;

/** A target, and the pace with its turn taken. */
export interface Pick {
  readonly target: number;
  readonly pace: Pace;
}

/** Whose turn it is to be asked: heavy targets by the clock, primaries while all is well, everyone to confirm a silence. */
export const pickTarget = (state: AdaptiveState, now: number): Pick =>
  pickHeavy(state, now) ?? (isQuiet(state) ? pickIdle(state, now) : pickConfirming(state, now));

const isQuiet = ({ phase, pace }: AdaptiveState): boolean => phase === "up" && pace.early === 0;

/** The heavy target that wasn't asked for the longest time, if its turn has come: dead or alive, for it is asked seldom anyway. */
const pickHeavy = (state: AdaptiveState, now: number): Pick | null => {
  const { targets, settings, pace, phase } = state;
  if (!isQuiet(state) && phase !== "hold-down") return null;
  let target: number | null = null;
  let oldest = now - settings.pageIntervalMs;
  for (let place = 0; place < targets.length; place += 1) {
    const asked = targets[place];
    if (asked?.heavy !== true || asked.askedAt > oldest) continue;
    target = place;
    oldest = asked.askedAt;
  }
  return target === null ? null : { target, pace };
};

const pickIdle = ({ targets, primaries, pace }: AdaptiveState, now: number): Pick => {
  const idleProbes = pace.idleProbes + 1;
  const dead = idleProbes % REVIVE_EACH === 0 ? nextOf(targets, pace.reviveTurn, isDeadLight) : null;
  const living =
    nextOf(targets.slice(0, primaries), pace.idleTurn, isLivingLight) ??
    nextOf(targets, pace.idleTurn, isLivingLight) ??
    nextOf(targets, pace.idleTurn, (target) => isAlive(target) && !isSpared(target, now));
  if (dead !== null && living !== null) return { target: dead, pace: { ...pace, idleProbes, reviveTurn: dead } };
  const target = living ?? (pace.idleTurn + 1) % targets.length;
  return { target, pace: { ...pace, idleProbes, idleTurn: target } };
};

const pickConfirming = (state: AdaptiveState, now: number): Pick => {
  const { targets, pace } = state;
  const isFree = (target: Target): boolean => !isSpared(target, now);
  const enough = targets.filter(isLivingLight).length >= SILENT_TARGETS_MIN;
  const suits = enough ? isLivingLight : (target: Target) => isAlive(target) && isFree(target);
  const living = asksDead(state) ? null : nextOf(targets, pace.confirmTurn, suits);
  const target = living ?? nextOf(targets, pace.confirmTurn, isFree) ?? (pace.confirmTurn + 1) % targets.length;
  return { target, pace: { ...pace, confirmTurn: target, train: pace.train + 1 } };
};

/** While down, life may come from any target; a silence that rests on one target must be confirmed by another. */
const asksDead = ({ phase, targets }: AdaptiveState): boolean =>
  phase === "down" || (phase === "suspect" && livingTargets(targets) < SILENT_TARGETS_MIN);

/** Whether it answers more than half, by itself. */
export const isAlive = (target: Target): boolean => !target.dead;

const isLivingLight = ({ dead, heavy }: Target): boolean => !dead && !heavy;

const isDeadLight = ({ dead, heavy }: Target): boolean => dead && !heavy;

/** The first after `turn`, in a circle, of which `suits` is true. */
const nextOf = (targets: readonly Target[], turn: number, suits: (target: Target) => boolean): number | null => {
  for (let step = 1; step <= targets.length; step += 1) {
    const index = (turn + step) % targets.length;
    const target = targets[index];
    if (target !== undefined && suits(target)) return index;
  }
  return null;
};

const isSpared = ({ heavy, askedAt }: Target, now: number): boolean =>
  heavy && now < askedAt + HEAVY_SPACING_MS - ROUNDING_MS;
