import type { AdaptiveState } from "./adaptive-state.ts";
import type { DetectorEvent } from "./detector.ts";
import { excuse } from "./evidence.ts";
import { countAnswer } from "./heavy-loss.ts";
import { beginHold, failHold } from "./hold-down.ts";
import { judgePath, NEVER } from "./judging.ts";
import { countOutcome, replaced } from "./outcome.ts";
import { learnOutage } from "./patience.ts";
import { askAgain, beWary, forgetHeavy, idleInterval, probeOnHint, scheduleBy, scheduleIdle } from "./probing.ts";
import { learnRoundTrip } from "./round-trip.ts";
import { hearShortfall } from "./shortfall.ts";
import { hearTraffic } from "./traffic.ts";

type Replied = Extract<DetectorEvent, { kind: "replied" }>;

/** Takes an event in, without a judgement. */
export const hear = (state: AdaptiveState, event: DetectorEvent, now: number): AdaptiveState => {
  switch (event.kind) {
    case "tick":
      return state;
    case "replied":
      return hearReply(state, event, now);
    case "refused":
      return hearRefusal(state, event.seq, now);
    case "traffic":
      return hearShortfall(hearTraffic(state, event, now), event, now);
    case "role":
      return hearRole(state, event.carrying, now);
    case "ask-again":
      return askAgain(state, event.target, now);
    case "nudge":
      return state.path === null ? probeOnHint(state, now) : state;
    case "path-lost":
      return losePath(state, event.reason, now);
    case "path-found":
      return findPath(state, now);
  }
};

/** Also a late answer proves life, and its round trip is learned. */
const hearReply = (state: AdaptiveState, { seq, rttMs }: Replied, now: number): AdaptiveState => {
  const probe = state.open.find((open) => open.seq === seq);
  const target = probe === undefined ? undefined : state.targets[probe.target];
  if (probe === undefined || target === undefined) return state;
  const targets = probe.tainted ? state.targets : replaced(state.targets, probe.target, learnRoundTrip(target, rttMs));
  const frontierAt = Math.max(state.frontierAt, probe.sentAt);
  const heavyLoss = probe.weighed ? state.heavyLoss : countAnswer(state.heavyLoss, probe.target, now);
  const heard = { ...state, targets, frontierAt, heavyLoss, open: state.open.filter((open) => open !== probe) };
  const outcome = { lost: false, rttMs: probe.tainted ? null : rttMs };
  return showLife(probe.counted ? heard : countOutcome(heard, probe, { outcome, now }), now);
};

const showLife = (state: AdaptiveState, now: number): AdaptiveState => {
  if (state.path !== null) return state;
  switch (state.phase) {
    case "unknown":
      return comeUp(state, now);
    case "up":
    case "hold-down":
      return state.pace.early > 0 ? scheduleIdle(state, now) : state;
    case "suspect":
      return state;
    case "down":
      return hold(state, now);
  }
};

/** Long enough for each primary to be asked once more, where the first answer came so late that all had been asked: those were waiting. */
const WARY_MS = 1_000;

/** What went unanswered before the line first lived says nothing about its quality. */
const comeUp = (state: AdaptiveState, now: number): AdaptiveState => {
  const open = state.open.filter((probe) => probe.sentAt > state.frontierAt);
  const up: AdaptiveState = { ...state, phase: "up", goalAt: NEVER, open };
  return scheduleIdle(state.pace.seq > state.targets.length ? beWary(up, now + WARY_MS) : up, now);
};

const hold = (state: AdaptiveState, now: number): AdaptiveState => {
  const { outage, settings, patience, pace } = state;
  const lastedMs = now - outage.downAt;
  const held: AdaptiveState = {
    ...state,
    phase: "hold-down",
    targets: forgetHeavy(state.targets),
    outage: { ...beginHold(outage, now), judged: true },
    patience: outage.judged ? patience : learnOutage(patience, settings, { lastedMs, now }),
  };
  return scheduleBy(held, pace.lastSentAt + idleInterval(held, now));
};

/** It can't be answered any more as far as anybody knows, but if it is, that is life. */
const hearRefusal = (state: AdaptiveState, seq: number, now: number): AdaptiveState =>
  state.open.some((probe) => probe.seq === seq)
    ? {
        ...state,
        open: state.open.map((probe) => (probe.seq === seq ? { ...probe, expiresAt: now, lostAt: now } : probe)),
      }
    : state;

/** An uplink that begins to carry traffic is probed as often as that demands from now on. */
const hearRole = (state: AdaptiveState, carrying: boolean, now: number): AdaptiveState => {
  if (state.pace.carrying === carrying) return state;
  const changed = { ...state, pace: { ...state.pace, carrying } };
  const usual = Math.max(now, state.pace.lastSentAt + idleInterval(changed, now));
  return state.phase === "up" || state.phase === "hold-down" ? scheduleBy(changed, usual) : changed;
};

const losePath = (state: AdaptiveState, reason: string, now: number): AdaptiveState => {
  if (state.path?.reason === reason) return state;
  if (state.path !== null) return { ...state, path: { ...state.path, reason } };
  const lost = { ...state, path: { lostAt: now, reason }, pace: { ...state.pace, early: 0 } };
  if (state.phase !== "down" && state.phase !== "hold-down") return lost;
  return { ...lost, phase: "down", divertedAt: null, goalAt: NEVER, outage: failHold(state.outage, reason) };
};

const findPath = (before: AdaptiveState, now: number): AdaptiveState => {
  const state = judgePath(before, now);
  const { path, phase, pace, open } = state;
  if (path === null) return state;
  const found = { ...state, path: null, pace: { ...pace, nextSendAt: now, train: 0 } };
  if (phase !== "up" && phase !== "suspect") return beginAnew(found);
  const decided = open.filter((probe) => probe.expiresAt <= path.lostAt);
  const missed = open.filter((probe) => probe.expiresAt > path.lostAt);
  return { ...found, open: [...decided, ...excuse(missed, now - path.lostAt)] };
};

/** Nothing that was sent over the old path counts on the new one. */
const beginAnew = (state: AdaptiveState): AdaptiveState => ({
  ...state,
  open: [],
  pace: { ...state.pace, downIntervalMs: state.settings.downIntervalMs },
  outage: { ...state.outage, reason: "its path is back, no answer yet" },
});
