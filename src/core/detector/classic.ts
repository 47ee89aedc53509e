import type { Assessment, DetectorEvent, Learned, ProbeRequest, Verdict } from "./detector.ts";
import { type ClassicSettings, SEND_SPACING_MIN_MS } from "./presets.ts";
import { span } from "./reason.ts";

/**
 * AstLinux's detector. A test asks every target once and passes when any answers in time. A counter rises with each
 * failed test, to the threshold, where the uplink is down, and falls with each passed one, to 0, where it is up again.
 * Times absolute, in milliseconds.
 */
export interface ClassicState {
  readonly kind: "classic";
  readonly settings: ClassicSettings;
  readonly targetCount: number;
  readonly standing: "unknown" | "up" | "down";
  /** 0 … threshold. */
  readonly counter: number;
  /** Why the path is lost right now, null if it isn't. */
  readonly lost: string | null;
  readonly test: ClassicTest | null;
  readonly nextTestAt: number;
  readonly lastSentAt: number;
  /** Of the last probe; the first is 1. */
  readonly seq: number;
  readonly wakeAt: number;
  readonly assessment: Assessment;
}

/** A test that runs: how many targets were asked, and the probes that may still be answered. */
export interface ClassicTest {
  readonly asked: number;
  readonly open: readonly { readonly seq: number; readonly deadlineAt: number }[];
}

/** What a detector begins with. */
export interface ClassicStart {
  readonly settings: ClassicSettings;
  readonly targetCount: number;
  readonly now: number;
  readonly learned: Learned | null;
}

/** A wake-up that comes later than this was our fault; the test gets the time that we slept. */
const STALL_MS = 250;

/** Answers that came while we slept are read within this time. */
const CATCH_UP_MS = 20;

const NO_PROBES: readonly ProbeRequest[] = [];
const NEVER = Number.POSITIVE_INFINITY;

/** A new detector; its first test is due at once. With `learned.down` it begins at the threshold. Never throws. */
export const startClassic = ({ settings, targetCount, now, learned }: ClassicStart): ClassicState => {
  const down = learned?.down === true;
  return {
    kind: "classic",
    settings,
    targetCount,
    standing: down ? "down" : "unknown",
    counter: down ? settings.threshold : 0,
    lost: null,
    test: null,
    nextTestAt: now,
    lastSentAt: Number.NEGATIVE_INFINITY,
    seq: 0,
    wakeAt: now,
    assessment: {
      verdict: down ? "down" : "unknown",
      diverted: down,
      degraded: { loss: false, latency: false },
      since: now,
      reason: down ? "was down before and has not answered since" : "waits for the first test",
      holdUntil: null,
      confidence: null,
    },
  };
};

/** One event: hear, end the test if it is over, ask one target if one is due. Never throws. */
export const stepClassic = (
  before: ClassicState,
  event: DetectorEvent,
  now: number,
): { readonly state: ClassicState; readonly probes: readonly ProbeRequest[] } => {
  const heard = endFailed(hear(excuseSleep(before, now), event, now), now);
  const due = askAt(heard) <= now;
  const asked = due ? ask(heard, now) : heard;
  const state = withWake(withAssessment(asked, now));
  return { state, probes: due ? [{ seq: state.seq, target: (state.test?.asked ?? 1) - 1 }] : NO_PROBES };
};

/** Only whether it is down: the counter has no memory beyond that. Never throws. */
export const learnClassic = ({ standing }: ClassicState, now: number): Learned => ({
  failoverSpanMs: 0,
  divertSpanMs: 0,
  penalty: 0,
  at: now,
  down: standing === "down",
  longOutages: 0,
  regrets: 0,
});

/** Traffic, role and hints mean nothing to it: it tests by the clock. */
const hear = (state: ClassicState, event: DetectorEvent, now: number): ClassicState => {
  switch (event.kind) {
    case "replied":
      return isInTime(state, event) ? endTest(state, true, now) : state;
    case "refused":
      return hearRefusal(state, event.seq);
    case "path-lost":
      return losePath(state, event.reason);
    case "path-found":
      return state.lost === null ? state : { ...state, lost: null, nextTestAt: now };
    case "tick":
    case "traffic":
    case "role":
    case "nudge":
    case "ask-again":
      return state;
  }
};

const isInTime = ({ test, settings }: ClassicState, { seq, rttMs }: { seq: number; rttMs: number }): boolean =>
  rttMs <= settings.maxLatencyMs && test?.open.some((probe) => probe.seq === seq) === true;

const hearRefusal = (state: ClassicState, seq: number): ClassicState =>
  state.test?.open.some((probe) => probe.seq === seq) === true
    ? { ...state, test: { ...state.test, open: state.test.open.filter((probe) => probe.seq !== seq) } }
    : state;

/** Down at once; but an uplink that was never up has nothing to recover from. */
const losePath = (state: ClassicState, reason: string): ClassicState => {
  const lost = { ...state, lost: reason, test: null };
  return state.standing === "unknown"
    ? { ...lost, counter: 0 }
    : { ...lost, standing: "down", counter: state.settings.threshold };
};

const endFailed = (state: ClassicState, now: number): ClassicState => {
  const { test, targetCount } = state;
  if (test === null || test.asked < targetCount) return state;
  return test.open.every((probe) => probe.deadlineAt <= now) ? endTest(state, false, now) : state;
};

const endTest = (state: ClassicState, passed: boolean, now: number): ClassicState => {
  const { threshold } = state.settings;
  const counter = passed ? Math.max(0, state.counter - 1) : Math.min(threshold, state.counter + 1);
  const ended = { ...state, test: null, counter, standing: standingAfter(state, passed, counter) };
  return { ...ended, nextTestAt: now + waitAfter(ended) };
};

const standingAfter = (
  { standing, settings }: ClassicState,
  passed: boolean,
  counter: number,
): ClassicState["standing"] => {
  if (!passed && counter === settings.threshold) return "down";
  if (passed && (standing === "unknown" || counter === 0)) return "up";
  return standing;
};

/** Quick while failing, and while recovering. */
const waitAfter = ({ standing, counter, settings }: ClassicState): number => {
  const settled = standing === "down" ? counter === settings.threshold : counter === 0;
  return settled ? settings.intervalMs : settings.failingIntervalMs;
};

const askAt = ({ lost, test, nextTestAt, lastSentAt, targetCount }: ClassicState): number => {
  if (lost !== null) return NEVER;
  const spared = lastSentAt + SEND_SPACING_MIN_MS;
  if (test === null) return Math.max(nextTestAt, spared);
  return test.asked < targetCount ? spared : NEVER;
};

const ask = (state: ClassicState, now: number): ClassicState => {
  const seq = state.seq + 1;
  const probe = { seq, deadlineAt: now + state.settings.maxLatencyMs };
  const open = [...(state.test?.open ?? []), probe];
  return { ...state, seq, lastSentAt: now, test: { asked: (state.test?.asked ?? 0) + 1, open } };
};

const excuseSleep = (state: ClassicState, now: number): ClassicState => {
  const lateMs = now - state.wakeAt;
  if (state.test === null || lateMs <= STALL_MS) return state;
  const open = state.test.open.map((probe) => ({ ...probe, deadlineAt: probe.deadlineAt + lateMs + CATCH_UP_MS }));
  return { ...state, test: { ...state.test, open } };
};

const withWake = (state: ClassicState): ClassicState => {
  const { test, targetCount } = state;
  const running = test !== null && test.asked >= targetCount;
  const over = running ? Math.max(...test.open.map((probe) => probe.deadlineAt)) : NEVER;
  return { ...state, wakeAt: Math.min(askAt(state), over) };
};

const withAssessment = (state: ClassicState, now: number): ClassicState => {
  const { assessment } = state;
  const verdict = verdictOf(state);
  const reason = tell(state);
  if (verdict === assessment.verdict && reason === assessment.reason) return state;
  const since = verdict === assessment.verdict ? assessment.since : now;
  const diverted = verdict === "down";
  const holdUntil = verdict === "hold-down" ? holdEnd(state) : null;
  return { ...state, assessment: { ...assessment, verdict, diverted, since, reason, holdUntil } };
};

const verdictOf = ({ standing, counter, lost, settings }: ClassicState): Verdict => {
  if (lost !== null) return "down";
  if (standing === "up") return counter === 0 ? "up" : "suspect";
  return standing === "down" && counter < settings.threshold ? "hold-down" : standing;
};

/** All the tests that are left, if they pass. */
const holdEnd = ({ counter, nextTestAt, settings }: ClassicState): number =>
  nextTestAt + (counter - 1) * settings.failingIntervalMs;

const tell = (state: ClassicState): string => {
  const { lost, counter, settings, assessment } = state;
  if (lost !== null) return lost;
  switch (verdictOf(state)) {
    case "unknown":
      return counter === 0 ? "waits for the first test" : `${counter} of ${settings.threshold} tests failed`;
    case "up":
      return "answers";
    case "suspect":
      return `${counter} of ${settings.threshold} tests failed`;
    case "down":
      return tellDown(state, assessment);
    case "hold-down":
      return `answers again, ${counter} of ${settings.threshold} tests still to pass`;
  }
};

const tellDown = ({ settings }: ClassicState, { verdict, reason }: Assessment): string =>
  verdict === "down"
    ? reason
    : `${settings.threshold} tests failed, none of the targets answered within ${span(settings.maxLatencyMs)}`;
