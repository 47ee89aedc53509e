import type { AskAsterisk } from "./command.ts";
import type { AsteriskAnswered } from "./event.ts";
import { leadOf } from "./policy/lead.ts";
import type { ReviewPart } from "./review-part.ts";
import type { CallsState, State } from "./state.ts";

/** While there are calls, it is asked again after so long (ms). */
const ASK_AGAIN_MS = 10_000;

/** That there is no call is believed for so long (ms). */
const PERMISSION_MS = 5000;

const NEVER = Number.POSITIVE_INFINITY;

/** Asterisk was not asked yet. `lead`: the uplink that carried the traffic in an earlier run, null if none is known. */
export const startCalls = (lead: string | null): CallsState => ({
  asking: false,
  allowedUntil: 0,
  askAgainAt: 0,
  active: 0,
  waitingSince: null,
  lead,
  problem: null,
});

/** What keeps a failback that nothing else stands against, while Asterisk has calls; null: nothing. Never throws. */
export const whyCallsWait = ({ asterisk, calls }: State, now: number): string | null => {
  if (asterisk === null || asterisk.activeCalls === "ignore" || now < calls.allowedUntil) return null;
  if (calls.waitingSince !== null && now >= calls.waitingSince + asterisk.maxWaitMs) return null;
  if (calls.active === 0) return "Asterisk is asked for active calls";
  return `Asterisk has ${calls.active} active ${calls.active === 1 ? "call" : "calls"}`;
};

/**
 * Asks Asterisk for its calls where a failback waits for nothing else, and tells it to register anew after a switch: from
 * then on its packets leave elsewhere. Pure; never throws.
 */
export const askAsterisk = (before: State, { asksGate, now }: { asksGate: boolean; now: number }): ReviewPart => {
  const moved = registerAnew(before);
  const { asterisk, calls } = moved.state;
  if (asterisk === null || asterisk.activeCalls === "ignore" || !asksGate) {
    return { ...moved, state: withCalls(moved.state, { ...calls, waitingSince: null }), reviewAt: NEVER };
  }
  const waitingSince = calls.waitingSince ?? now;
  const lastAt = waitingSince + asterisk.maxWaitMs;
  const overAt = lastAt > now ? lastAt : NEVER;
  const waiting = withCalls(moved.state, { ...calls, waitingSince });
  const askAt = calls.asking ? NEVER : Math.max(calls.askAgainAt, calls.allowedUntil);
  if (now < askAt) return { ...moved, state: waiting, reviewAt: Math.min(overAt, askAt) };
  const question: AskAsterisk = { kind: "ask-asterisk", question: "calls", access: asterisk.access };
  return {
    state: withCalls(waiting, { ...waiting.calls, asking: true }),
    commands: [...moved.commands, question],
    reviewAt: overAt,
  };
};

const withCalls = (state: State, calls: CallsState): State => ({ ...state, calls });

const registerAnew = (state: State): Omit<ReviewPart, "reviewAt"> => {
  const lead = leadOf(state)?.settings.name ?? null;
  if (lead === null || lead === state.calls.lead) return { state, commands: [] };
  const isSwitch = state.calls.lead !== null && state.asterisk !== null;
  return {
    state: withCalls(state, { ...state.calls, lead }),
    commands:
      isSwitch && state.asterisk !== null
        ? [{ kind: "ask-asterisk", question: "register", access: state.asterisk.access }]
        : [],
  };
};

/** What Asterisk answered. One that can't be asked has no calls that anybody knows of: it keeps nothing up. Pure; never throws. */
export const noteAnswer = (
  state: State,
  { question, calls: active, problem }: AsteriskAnswered,
  now: number,
): State => {
  const { calls } = state;
  const said = { ...calls, problem: problem === null ? null : `Asterisk can't be asked: ${problem}` };
  if (question === "register") return withCalls(state, problem === null ? calls : said);
  return withCalls(
    state,
    active > 0
      ? { ...said, asking: false, active, allowedUntil: 0, askAgainAt: now + ASK_AGAIN_MS }
      : { ...said, asking: false, active: 0, allowedUntil: now + PERMISSION_MS, askAgainAt: 0 },
  );
};
