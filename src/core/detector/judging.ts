import type { AdaptiveState } from "./adaptive-state.ts";
import { resetBrownOut } from "./brown-out.ts";
import { livingTargets, type Silence, weighSilence } from "./evidence.ts";
import { NO_HEAVY_LOSS } from "./heavy-loss.ts";
import { beginHold, beginOutage, failHold, holdEnd, isRestored, isUndecided, type Outage } from "./hold-down.ts";
import { settle } from "./outcome.ts";
import { confidence, divertSpan, failoverSpan, learnDivert } from "./patience.ts";
import { ROUNDING_MS, SILENT_TARGETS_MIN } from "./presets.ts";
import { isInDoubt, scheduleBy, scheduleIdle } from "./probing.ts";
import { tellSilence } from "./reason.ts";
import { usualRoundTrip } from "./round-trip.ts";

/** User packets that came back so recently speak against a failure of the line … */
const TRAFFIC_FRESH_MS = 1_000;

/** … and delay the failover until this span: streams can outlive a dead uplink for some seconds, not longer. */
const TRAFFIC_VETO_SPAN_MS = 8_000;

/** Packets that came back within three readings of the counters say that the line passes something at this moment. */
const TRAFFIC_FLOWS_MS = 150;

/**
 * User packets that come back while probes are silent delay the divert until this span: where users fill the line's queue,
 * probes wait in it for longer than any round trip before them. Modems' queues hold a second or two.
 */
const FULL_QUEUE_SPAN_MS = 2_000;

/** A divert's silence lasts so many usual round trips at least: radio lines take long and pause often, cables neither … */
const DIVERT_ROUND_TRIPS = 6;

/** … but no longer than this for their sake: a satellite far up takes 0.6 s for each and pauses no more than others. */
const DIVERT_ROUND_TRIPS_MS_MAX = 1_000;

/**
 * A divert's silence must be this unlikely on the line as it is: 3·10⁻⁷. Four probes on a line that loses 2 %, seven at
 * 10 %: so a lossy line, which raises suspicion several times a minute, is not diverted by chance.
 */
const DIVERT_CHANCE_NATS = 15;

/** A ratio below this can't be measured. */
const LOSS_NOW_MIN = 0.005;

/** A time that doesn't come. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Draws the conclusions from what is known at `now`. */
export const judge = (state: AdaptiveState, now: number): AdaptiveState => {
  if (state.path !== null) return judgePath(state, now);
  const settled = settle(state, now);
  if (settled.phase === "down") return settled;
  const judged = judgeSilence(settled, now);
  return judged.phase === "hold-down" && !isInDoubt(judged) ? judgeHold(judged, now) : judged;
};

/** A path that stayed lost for the debounce time is down. */
export const judgePath = (state: AdaptiveState, now: number): AdaptiveState => {
  const { path, phase, settings } = state;
  if (path === null || (phase !== "up" && phase !== "suspect")) return state;
  if (now < path.lostAt + settings.pathDebounceMs) return state;
  return goDown({ ...state, open: [] }, { reason: path.reason, judged: true, confidence: null, now });
};

const judgeSilence = (state: AdaptiveState, now: number): AdaptiveState => {
  const silence = weighSilence(state, now);
  if (silence === null) return acquit(state, now);
  const suspected = suspect(state, silence, now);
  return isOutage(suspected, silence) ? failSilent(suspected, silence, now) : divertIfProven(suspected, silence, now);
};

/** Nothing speaks against the line (any more). */
const acquit = (state: AdaptiveState, now: number): AdaptiveState => {
  if (state.phase === "unknown" || !isInDoubt(state)) return state;
  const { divertedAt, patience, settings } = state;
  const learned = divertedAt === null ? patience : learnDivert(patience, settings, { lastedMs: now - divertedAt, now });
  const phase = state.phase === "suspect" ? "up" : state.phase;
  return scheduleIdle({ ...state, phase, divertedAt: null, goalAt: NEVER, patience: learned }, now);
};

const suspect = (state: AdaptiveState, silence: Silence, now: number): AdaptiveState => {
  const goalAt = silence.firstSentAt + spanNeeded(state, now);
  const { phase, pace, settings } = state;
  if (phase === "unknown" || isInDoubt(state)) return state.goalAt === goalAt ? state : { ...state, goalAt };
  const suspected: AdaptiveState = {
    ...state,
    phase: phase === "up" ? "suspect" : phase,
    goalAt,
    pace: { ...pace, train: 0, early: 0 },
  };
  return pace.nextSendAt - now <= settings.divertSpacingMs ? suspected : scheduleBy(suspected, now);
};

/** One living target may be down by itself, so its silence must last twice as long; so must one that traffic denies. */
const spanNeeded = (state: AdaptiveState, now: number): number => {
  const span = failoverSpan(state.patience, state.settings, now);
  const needed = livingTargets(state.targets) >= SILENT_TARGETS_MIN ? span : 2 * span;
  return now - state.traffic.receivedAt <= TRAFFIC_FRESH_MS ? Math.max(needed, TRAFFIC_VETO_SPAN_MS) : needed;
};

const isOutage = ({ targets, settings, goalAt }: AdaptiveState, silence: Silence): boolean => {
  const living = livingTargets(targets);
  return (
    silence.lastSentAt >= goalAt - ROUNDING_MS &&
    (silence.nats >= settings.failoverEvidenceNats || living === 0) &&
    silence.targets >= Math.min(SILENT_TARGETS_MIN, living)
  );
};

/** An uplink that was never up teaches nothing: its line may have been on its way up when we began. */
const failSilent = (state: AdaptiveState, silence: Silence, now: number): AdaptiveState => {
  const reason = tellSilence(silence, now);
  if (state.phase === "hold-down") return fall(state, failHold(state.outage, reason), now);
  return goDown(state, {
    reason,
    judged: state.phase === "unknown",
    confidence: confidence(state.patience),
    now,
  });
};

const goDown = (state: AdaptiveState, cause: Parameters<typeof beginOutage>[2]): AdaptiveState =>
  fall(state, beginOutage(state.outage, state.settings, cause), cause.now);

const fall = (state: AdaptiveState, outage: Outage, now: number): AdaptiveState => {
  const { settings, pace, quality } = state;
  const { downIntervalMs } = settings;
  return {
    ...state,
    phase: "down",
    divertedAt: null,
    goalAt: NEVER,
    quality: resetBrownOut(quality, now),
    heavyLoss: NO_HEAVY_LOSS,
    outage,
    pace: { ...pace, train: 0, early: 0, downIntervalMs, nextSendAt: now + downIntervalMs },
  };
};

const divertIfProven = (state: AdaptiveState, silence: Silence, now: number): AdaptiveState => {
  const { phase, divertedAt, settings, targets, quality } = state;
  if (phase === "unknown" || divertedAt !== null) return state;
  const proven =
    silence.lastSentAt - silence.firstSentAt >= divertSpanNeeded(state, silence, now) - ROUNDING_MS &&
    silence.nats >= settings.divertEvidenceNats &&
    silence.probes * -Math.log(Math.max(quality.lossNow, LOSS_NOW_MIN)) >= DIVERT_CHANCE_NATS &&
    silence.targets >= Math.min(SILENT_TARGETS_MIN, livingTargets(targets));
  return proven ? { ...state, divertedAt: now } : state;
};

const divertSpanNeeded = (state: AdaptiveState, silence: Silence, now: number): number => {
  const { targets, patience, settings } = state;
  const leastMs = Math.min(DIVERT_ROUND_TRIPS * usualRoundTrip(targets), DIVERT_ROUND_TRIPS_MS_MAX);
  const slowness = Math.max(1, leastMs / settings.divertSpanMs);
  const span = Math.min(slowness * divertSpan(patience, settings, now), failoverSpan(patience, settings, now));
  return isPassing(state, silence, now) ? Math.max(span, FULL_QUEUE_SPAN_MS) : span;
};

/** The users' packets come back at this moment, or came after the silence had begun, those aside that were on their way. */
const isPassing = (
  { traffic: { receivedAt }, targets, settings }: AdaptiveState,
  { firstSentAt }: Silence,
  now: number,
): boolean =>
  now - receivedAt <= TRAFFIC_FLOWS_MS || receivedAt > firstSentAt + settings.trafficStallMs + usualRoundTrip(targets);

/** Up again after the hold-down, if it answered well. */
const judgeHold = (state: AdaptiveState, now: number): AdaptiveState => {
  const end = holdEnd(state.outage);
  if (end === null || now < end) return state;
  if (isRestored(state.outage)) return restore(state, now);
  return isUndecided(state.outage) ? { ...state, outage: beginHold(state.outage, now) } : state;
};

const restore = (state: AdaptiveState, now: number): AdaptiveState => {
  const frontierAt = Math.max(state.frontierAt, state.outage.answeredAt ?? now);
  return scheduleIdle({ ...state, phase: "up", frontierAt, outage: { ...state.outage, answeredAt: null } }, now);
};
