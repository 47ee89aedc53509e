import type { AdaptiveState, Pace, Traffic } from "./adaptive-state.ts";
import { ROUNDING_MS } from "./presets.ts";
import { awaitsHeavy, idleInterval, isAwaiting, isInDoubt, isWary, probeOnHint } from "./probing.ts";

/** So many packets without an answer are suspicious at once … */
const PACKETS_MIN = 3;

/** … fewer only after this time: a name server that doesn't know the answer may take a moment. */
const LONE_PACKET_STALL_MS = 300;

/** Nothing read yet. */
export const startTraffic = (stallMs: number): Traffic => ({
  receivedAt: Number.NEGATIVE_INFINITY,
  readAt: Number.NEGATIVE_INFINITY,
  unanswered: 0,
  unansweredSince: null,
  stallMs,
});

/** After a reading: packets that came back postpone the next probe; packets that don't bring it forward. */
export const hearTraffic = (
  state: AdaptiveState,
  { sent, received }: { readonly sent: number; readonly received: number },
  now: number,
): AdaptiveState => {
  if (received > 0) return hearAnswer(state, now);
  if (sent > 0 || state.traffic.unanswered > 0) return hearSilence(state, sent, now);
  return { ...state, traffic: { ...state.traffic, readAt: now } };
};

const hearAnswer = (state: AdaptiveState, now: number): AdaptiveState => {
  const stallMs = Math.max(state.settings.trafficStallMs, state.traffic.stallMs / 2);
  const traffic = { receivedAt: now, readAt: now, unanswered: 0, unansweredSince: null, stallMs };
  return { ...state, traffic, pace: postponed(state, now) };
};

const postponed = (state: AdaptiveState, now: number): Pace => {
  const { phase, settings, pace, quality, targets } = state;
  const wary = quality.lossNats > settings.boostAboveNats || isWary(state, now) || awaitsHeavy(targets);
  if (phase !== "up" || wary) return pace;
  const later = Math.min(now + idleInterval(state, now), pace.lastSentAt + settings.trafficSkipMs);
  return later <= pace.nextSendAt && pace.early === 0
    ? pace
    : { ...pace, early: 0, nextSendAt: Math.max(pace.nextSendAt, later) };
};

const hearSilence = (state: AdaptiveState, sent: number, now: number): AdaptiveState => {
  const { traffic, settings } = state;
  const began = now - traffic.readAt <= settings.trafficStallMs ? traffic.readAt : now;
  const unansweredSince = traffic.unansweredSince ?? began;
  const silent = {
    ...state,
    traffic: { ...traffic, readAt: now, unanswered: traffic.unanswered + sent, unansweredSince },
  };
  return isStalled(silent, unansweredSince, now) ? hint(silent, now) : silent;
};

const isStalled = (state: AdaptiveState, since: number, now: number): boolean => {
  const { unanswered, stallMs } = state.traffic;
  const patienceMs = unanswered >= PACKETS_MIN ? stallMs : Math.max(stallMs, LONE_PACKET_STALL_MS);
  return isWell(state) && now - since >= patienceMs - ROUNDING_MS && !isAwaiting(state, now);
};

const isWell = (state: AdaptiveState): boolean =>
  (state.phase === "up" || state.phase === "hold-down") && !isInDoubt(state);

/** One-way traffic is no fault: each hint that it gives must wait twice as long, up to the usual interval. */
const hint = (state: AdaptiveState, now: number): AdaptiveState => {
  const longest = Math.max(state.settings.trafficStallMs, idleInterval(state, now));
  const stallMs = Math.min(longest, 2 * state.traffic.stallMs);
  return probeOnHint({ ...state, traffic: { ...state.traffic, unanswered: 0, unansweredSince: null, stallMs } }, now);
};
