import type { Learned } from "./detector.ts";
import type { AdaptiveSettings } from "./presets.ts";

/** A failure, and the hold-down that ends it. Between failures only the penalty matters. Times in milliseconds. */
export interface Outage {
  readonly downAt: number;
  /** When the hold-down began (it begins anew when too much is lost), null without sign of life. */
  readonly answeredAt: number | null;
  readonly holdMs: number;
  /** Probes of the hold-down with an outcome, and those of them that were lost. */
  readonly outcomes: number;
  readonly losses: number;
  /** Whether patience has learned from it, or shall not: a lost path says nothing about silence. */
  readonly judged: boolean;
  /** Probability that it is a real outage, null where that is certain. */
  readonly confidence: number | null;
  readonly reason: string;
  /** As of `penaltyAt`; a failure adds 1000 (cf. RFC 2439). */
  readonly penalty: number;
  readonly penaltyAt: number;
}

const PENALTY = 1_000;

/** An hour of peace halves the penalty: a line that fails each hour is held twice as long as one that failed once. */
const PENALTY_HALF_LIFE_MS = 3_600_000;

/** Restored: with this certainty, less than this share is lost. */
const LOSS_TOLERABLE = 0.1;
const CERTAINTY = 0.95;

/** After so many outcomes without certainty the test begins anew: what was lost early is no longer held against it. */
const OUTCOMES_MAX = 100;

/** No failure yet, the penalty as learned before. */
export const startOutage = (settings: AdaptiveSettings, learned: Learned | null, now: number): Outage => {
  const penalty = Number.isFinite(learned?.penalty) ? Math.max(0, learned?.penalty ?? 0) : 0;
  return {
    downAt: now,
    answeredAt: null,
    holdMs: holdFor(settings, penalty),
    outcomes: 0,
    losses: 0,
    judged: true,
    confidence: null,
    reason: "was down before and has not answered since",
    penalty,
    penaltyAt: Math.min(learned?.at ?? now, now),
  };
};

/** The penalty of past failures, 0 or more. Never throws. */
export const penaltyAt = ({ penalty, penaltyAt: since }: Outage, now: number): number =>
  penalty * 2 ** (-Math.max(0, now - since) / PENALTY_HALF_LIFE_MS);

/** A new failure; `judged: true` where nothing is to be learned from its length. */
export const beginOutage = (
  before: Outage,
  settings: AdaptiveSettings,
  cause: Pick<Outage, "reason" | "judged" | "confidence"> & { readonly now: number },
): Outage => {
  const { now, ...told } = cause;
  const penalty = penaltyAt(before, now) + PENALTY;
  const fresh = { answeredAt: null, outcomes: 0, losses: 0 };
  return { ...before, ...fresh, ...told, downAt: now, penalty, penaltyAt: now, holdMs: holdFor(settings, penalty) };
};

const holdFor = ({ holdDownMs, holdDownMaxMs }: AdaptiveSettings, penalty: number): number =>
  Math.min(holdDownMaxMs, holdDownMs * 2 ** Math.max(0, penalty / PENALTY - 1));

/** The line answers: its hold-down begins. */
export const beginHold = (outage: Outage, now: number): Outage => ({
  ...outage,
  answeredAt: now,
  outcomes: 0,
  losses: 0,
});

/** After a probe of the hold-down was answered or lost. */
export const learnHeld = (outage: Outage, lost: boolean): Outage => ({
  ...outage,
  outcomes: outage.outcomes + 1,
  losses: outage.losses + (lost ? 1 : 0),
});

/** The hold-down ends without success: it is the same failure still. */
export const failHold = (outage: Outage, reason: string): Outage => ({ ...outage, answeredAt: null, reason });

/** When the hold-down ends at the earliest, null outside of it. */
export const holdEnd = ({ answeredAt, holdMs }: Outage): number | null =>
  answeredAt === null ? null : answeredAt + holdMs;

/** Whether the line lost so much for so long that the test should begin anew. */
export const isUndecided = ({ outcomes }: Outage): boolean => outcomes >= OUTCOMES_MAX;

/**
 * Whether the line works again: the chance that it loses less than a tenth is 95 % at least, given what was answered
 * and lost (posterior of a uniform prior, Beta(1 + losses, 1 + answers), through the binomial sum). Never throws.
 */
export const isRestored = ({ outcomes, losses }: Outage): boolean => {
  const trials = outcomes + 1;
  const odds = Math.log(LOSS_TOLERABLE / (1 - LOSS_TOLERABLE));
  let logTerm = trials * Math.log(1 - LOSS_TOLERABLE);
  let sum = Math.exp(logTerm);
  for (let lost = 1; lost <= losses && sum <= 1 - CERTAINTY; lost += 1) {
    logTerm += Math.log((trials - lost + 1) / lost) + odds;
    sum += Math.exp(logTerm);
  }
  return sum <= 1 - CERTAINTY;
};
