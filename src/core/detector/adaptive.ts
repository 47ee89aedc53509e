import type { AdaptiveState } from "./adaptive-state.ts";
import { newBrownOut } from "./brown-out.ts";
import type { Assessment, DetectorEvent, Learned, ProbeRequest, Verdict } from "./detector.ts";
import { excuse, nextDeadline, weighSilence } from "./evidence.ts";
import { hear } from "./hearing.ts";
import { NO_HEAVY_LOSS } from "./heavy-loss.ts";
import { holdEnd, penaltyAt, startOutage } from "./hold-down.ts";
import { judge } from "./judging.ts";
import { divertSpan, failoverSpan, startPatience } from "./patience.ts";
import type { AdaptiveSettings } from "./presets.ts";
import { dueAt, sendProbe, startPace } from "./probing.ts";
import { span, tellHeld, tellQuality, tellRestored, tellSilence } from "./reason.ts";
import { NEW_TARGET } from "./round-trip.ts";
import { NO_SHORTFALL } from "./shortfall.ts";
import { startTraffic } from "./traffic.ts";

/** What a detector begins with. */
export interface AdaptiveStart {
  readonly settings: AdaptiveSettings;
  readonly targetCount: number;
  readonly heavy?: readonly number[];
  readonly primaryCount?: number;
  readonly seed: number;
  readonly now: number;
  readonly learned: Learned | null;
}

/** More primaries would mean that each of them is heard of too seldom. */
const PRIMARIES_USUAL = 3;

/** A wake-up that comes later than this was our fault: the loop was stalled or the machine slept. */
const STALL_MS = 250;

/** Answers that came while we slept are read within this time, and must not be too late by then. */
const CATCH_UP_MS = 20;

const NO_PROBES: readonly ProbeRequest[] = [];

/**
 * A new detector; its first probe is due at once. It takes the uplink as standing by until told that it carries traffic.
 * With `learned.down` it begins down, so that a restart of ours doesn't end an outage. Never throws.
 */
export const startAdaptive = ({
  settings,
  targetCount,
  heavy = [],
  seed,
  now,
  learned,
  ...start
}: AdaptiveStart): AdaptiveState => {
  const outage = startOutage(settings, learned, now);
  const down = learned?.down === true;
  return {
    kind: "adaptive",
    settings,
    targets: Array.from({ length: targetCount }, (_, place) =>
      heavy.includes(place) ? { ...NEW_TARGET, heavy: true } : NEW_TARGET,
    ),
    primaries: Math.min(start.primaryCount ?? PRIMARIES_USUAL, targetCount),
    phase: down ? "down" : "unknown",
    path: null,
    frontierAt: Number.NEGATIVE_INFINITY,
    open: [],
    pace: startPace({ seed, downIntervalMs: settings.downIntervalMs, now }),
    traffic: startTraffic(settings.trafficStallMs),
    shortfall: NO_SHORTFALL,
    quality: newBrownOut(now),
    heavyLoss: NO_HEAVY_LOSS,
    patience: startPatience(settings, learned, now),
    outage,
    divertedAt: null,
    goalAt: Number.POSITIVE_INFINITY,
    wakeAt: now,
    assessment: firstAssessment(down, outage.reason, now),
  };
};

const firstAssessment = (down: boolean, reason: string, now: number): Assessment => ({
  verdict: down ? "down" : "unknown",
  diverted: down,
  degraded: { loss: false, latency: false },
  since: now,
  reason: down ? reason : "waits for the first answer",
  holdUntil: null,
  confidence: null,
});

/** One event: hear, judge, send one probe if one is due. Never throws. */
export const stepAdaptive = (
  before: AdaptiveState,
  event: DetectorEvent,
  now: number,
): { readonly state: AdaptiveState; readonly probes: readonly ProbeRequest[] } => {
  const judged = judge(hear(excuseSleep(before, now), event, now), now);
  const due = judged.path === null && dueAt(judged) <= now;
  const sent = due ? sendProbe(judged, now) : judged;
  const state = withWake(withAssessment(before, sent, now), now);
  return { state, probes: due ? [{ seq: state.pace.seq, target: state.pace.lastTarget }] : NO_PROBES };
};

/** What is worth keeping over a restart, as of `now`. Never throws. */
export const learnAdaptive = (state: AdaptiveState, now: number): Learned => ({
  failoverSpanMs: failoverSpan(state.patience, state.settings, now),
  divertSpanMs: divertSpan(state.patience, state.settings, now),
  penalty: penaltyAt(state.outage, now),
  at: now,
  down: state.phase === "down" || state.phase === "hold-down",
  longOutages: state.patience.longOutages,
  regrets: state.patience.regrets,
});

const excuseSleep = (state: AdaptiveState, now: number): AdaptiveState => {
  const lateMs = now - state.wakeAt;
  if (lateMs <= STALL_MS || state.open.length === 0) return state;
  return { ...state, open: excuse(state.open, lateMs + CATCH_UP_MS) };
};

const withWake = (state: AdaptiveState, now: number): AdaptiveState => {
  const wakeAt = state.path === null ? nextWake(state, now) : pathWake(state);
  return wakeAt === state.wakeAt ? state : { ...state, wakeAt };
};

const nextWake = (state: AdaptiveState, now: number): number => {
  const deadline = state.phase === "down" ? Number.POSITIVE_INFINITY : nextDeadline(state, now);
  const end = holdEnd(state.outage);
  const holdWake = end !== null && end > now ? end : Number.POSITIVE_INFINITY;
  return Math.min(dueAt(state), deadline, holdWake);
};

const pathWake = ({ phase, path, settings }: AdaptiveState): number =>
  path !== null && (phase === "up" || phase === "suspect")
    ? path.lostAt + settings.pathDebounceMs
    : Number.POSITIVE_INFINITY;

/** The assessment is made anew only where it differs, so that callers may compare by identity. */
const withAssessment = (before: AdaptiveState, state: AdaptiveState, now: number): AdaptiveState => {
  const { assessment } = state;
  const verdict = verdictOf(state);
  const diverted = state.divertedAt !== null || state.heavyLoss.heavy || state.path !== null || state.phase === "down";
  const holdUntil = verdict === "hold-down" ? holdEnd(state.outage) : null;
  const unchanged =
    verdict === assessment.verdict &&
    diverted === assessment.diverted &&
    holdUntil === assessment.holdUntil &&
    state.quality.degraded === before.quality.degraded &&
    state.path === before.path;
  if (unchanged) return state;
  const since = verdict === assessment.verdict ? assessment.since : now;
  const sure = verdict === "down" && state.phase === "down" ? state.outage.confidence : null;
  const { degraded } = state.quality;
  const reason = tell(before, state, now);
  return { ...state, assessment: { verdict, diverted, degraded, since, reason, holdUntil, confidence: sure } };
};

/** A lost path makes an uplink suspect until it stays lost; one that was never up has nothing to lose. */
const verdictOf = ({ phase, path }: AdaptiveState): Verdict => {
  if (path === null) return phase;
  return phase === "up" || phase === "suspect" ? "suspect" : "down";
};

const tell = (before: AdaptiveState, state: AdaptiveState, now: number): string => {
  if (state.path !== null) return state.path.reason;
  if (state.heavyLoss.heavy && state.phase !== "down")
    return tellQuality(state.targets, state.quality, state.heavyLoss);
  switch (state.phase) {
    case "unknown":
      return "waits for the first answer";
    case "up":
      return tellUp(before, state, now);
    case "suspect": {
      const silence = weighSilence(state, now);
      return silence === null ? "its path is back, no answer yet" : tellSilence(silence, now);
    }
    case "down":
      return state.outage.reason;
    case "hold-down":
      return tellTrial(state, now);
  }
};

const tellTrial = (state: AdaptiveState, now: number): string => {
  const silence = state.divertedAt === null ? null : weighSilence(state, now);
  return silence === null ? tellHeld(state.outage, now) : tellSilence(silence, now);
};

const tellUp = (before: AdaptiveState, state: AdaptiveState, now: number): string => {
  if (before.path !== null) return `its path is back after ${span(now - before.path.lostAt)}`;
  return before.phase === "hold-down"
    ? tellRestored(state.outage)
    : tellQuality(state.targets, state.quality, state.heavyLoss);
};
