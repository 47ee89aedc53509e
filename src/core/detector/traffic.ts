import type { AdaptiveState, Traffic } from "./adaptive-state.ts";
import { awaitsHeavy, idleInterval, isAwaiting, probeOnHint, ROUNDING_MS } from "./probing.ts";

/** Fewer packets may be one name query, retried. */
const PACKETS_MIN = 3;

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
  if (received > 0) return postpone(hearAnswer(state, now), now);
  if (sent > 0) return hearSilence(state, sent, now);
  return { ...state, traffic: { ...state.traffic, readAt: now } };
};

const hearAnswer = (state: AdaptiveState, now: number): AdaptiveState => {
  const stallMs = Math.max(state.settings.trafficStallMs, state.traffic.stallMs / 2);
  return { ...state, traffic: { receivedAt: now, readAt: now, unanswered: 0, unansweredSince: null, stallMs } };
};

const postpone = (state: AdaptiveState, now: number): AdaptiveState => {
  const { phase, settings, pace, quality, targets } = state;
  if (phase !== "up" || quality.lossNats > settings.boostAboveNats || awaitsHeavy(targets)) return state;
  const later = Math.min(now + idleInterval(state), pace.lastSentAt + settings.trafficSkipMs);
  return { ...state, pace: { ...pace, early: 0, nextSendAt: Math.max(pace.nextSendAt, later) } };
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

const isStalled = (state: AdaptiveState, since: number, now: number): boolean =>
  state.phase === "up" &&
  state.traffic.unanswered >= PACKETS_MIN &&
  now - since >= state.traffic.stallMs - ROUNDING_MS &&
  !isAwaiting(state, now);

/** One-way traffic is no fault: each hint that it gives must wait twice as long, up to the usual interval. */
const hint = (state: AdaptiveState, now: number): AdaptiveState => {
  const longest = Math.max(state.settings.trafficStallMs, idleInterval(state));
  const stallMs = Math.min(longest, 2 * state.traffic.stallMs);
  return probeOnHint({ ...state, traffic: { ...state.traffic, unanswered: 0, unansweredSince: null, stallMs } }, now);
};
