import { whyCallsWait } from "../calls.ts";
import type { Command } from "../command.ts";
import { FAMILIES, type Family } from "../family.ts";
import type { Report, SwitchKind } from "../report.ts";
import { whyClosed } from "../scripts.ts";
import type { FailoverSettings } from "../settings.ts";
import type { FamilyState, State } from "../state.ts";
import { type Candidate, candidates, isWorking } from "./candidate.ts";
import { carriers } from "./carry.ts";
import { type Choice, choose, sameNames } from "./policy.ts";
import { steer, steeredTo } from "./steer.ts";

/** What was decided, and what people should hear of it. */
export interface Decision {
  readonly state: State;
  readonly commands: readonly Command[];
  /** A failback waits for nothing but the script `allowFailback`. */
  readonly asksGate: boolean;
  /** When time alone may change it; Infinity if never. */
  readonly reviewAt: number;
}

/** Decides who is active and who carries, in both families. Pure; never throws. */
export const decide = (before: State, now: number): Decision => {
  const state = withTestOver(before, now);
  return FAMILIES.reduce<Decision>(
    (decision, family) => {
      const next = decideFamily(decision.state, family, now);
      return {
        state: next.state,
        commands: [...decision.commands, ...next.commands],
        asksGate: decision.asksGate || next.asksGate,
        reviewAt: Math.min(decision.reviewAt, next.reviewAt),
      };
    },
    { state, commands: [], asksGate: false, reviewAt: state.test?.until ?? Number.POSITIVE_INFINITY },
  );
};

/** A test ends when its time is over, or when its uplink works in no family; before the first reading nobody can say that. */
const withTestOver = (state: State, now: number): State => {
  const { test } = state;
  if (test === null || state.kernel === null) return state;
  const works = FAMILIES.some((family) =>
    candidates(state.uplinks, family).some((candidate) => candidate.name === test.uplink && isWorking(candidate)),
  );
  return works && now < test.until ? state : { ...state, test: null };
};

const decideFamily = (state: State, family: Family, now: number): Decision => {
  const all = candidates(state.uplinks, family);
  const before = state.families[family];
  const gate = whyClosed(state, now) ?? whyCallsWait(state, now);
  const choice = choose({ candidates: all, family: before, wish: wish(state), settings: state.failover, gate, now });
  const asked = wish(state) !== null;
  const chosen = withChoice({ before, asked, choice, settings: state.failover, now });
  const load = carriers({
    candidates: all,
    active: chosen.active,
    before: before.carrying,
    divert: state.failover.divert,
  });
  const carrying = sameNames(before.carrying, load.carrying) ? before.carrying : load.carrying;
  const steered = steer(state.steering, { family, candidates: all, divert: state.failover.divert });
  const staying = steeredTo({ steered });
  const after = withDrains({
    before,
    after: { ...chosen, carrying, steered },
    settings: state.failover,
    candidates: all.filter(({ name }) => !staying.includes(name)),
    now,
  });
  const reports = [
    ...switchReport(family, before, after),
    ...divertReport({ family, before, after, reason: load.reason }),
  ];
  return {
    state: { ...state, families: { ...state.families, [family]: after } },
    commands: reports.map((report): Command => ({ kind: "report", report })),
    asksGate: choice.asksGate,
    reviewAt: Math.min(choice.reviewAt, ...after.drains.map((drain) => drain.at).filter((at) => at > now)),
  };
};

const wish = (state: State): { uplink: string; why: "pin" | "test" } | null => {
  if (state.test !== null) return { uplink: state.test.uplink, why: "test" };
  return state.pin === null ? null : { uplink: state.pin, why: "pin" };
};

interface WithChoice {
  readonly before: FamilyState;
  /** A pin or a test is in force. */
  readonly asked: boolean;
  readonly choice: Choice;
  readonly settings: FailoverSettings;
  readonly now: number;
}

const withChoice = ({ before, asked, choice, settings, now }: WithChoice): FamilyState => {
  const { active, how, reason, waiting } = choice;
  const orderIsOver = before.how === "ordered" && !asked && !choice.asksGate;
  if (how === null) return { ...before, waiting, how: orderIsOver ? "chosen" : before.how, failbackGranted: false };
  return {
    ...before,
    active,
    since: now,
    how,
    reason,
    waiting: null,
    failbackGranted: false,
    holdUntil: holdAfter(how, { before, settings, now }),
  };
};

const holdAfter = (
  how: SwitchKind,
  { before, settings, now }: { before: FamilyState; settings: FailoverSettings; now: number },
): number => {
  switch (how) {
    case "failover":
      return now + settings.holdAfterFailoverMs;
    case "failback":
      return now + settings.holdAfterFailbackMs;
    case "rebalanced":
      return before.holdUntil;
    case "chosen":
    case "ordered":
      return now;
  }
};

interface Leaving {
  readonly before: FamilyState;
  readonly after: FamilyState;
  readonly settings: FailoverSettings;
  /** Without those that steered traffic takes: its flows would be flushed too. */
  readonly candidates: readonly Candidate[];
  readonly now: number;
}

/** Who was left although it works keeps its running flows for a while: after a switch, and after a divert, since a stand-in may be metered. */
const withDrains = ({ before, after, settings, candidates: all, now }: Leaving): FamilyState => {
  const isUsed = ({ active, carrying }: FamilyState, name: string): boolean =>
    active.includes(name) || carrying.includes(name);
  const left = all.filter((one) => isUsed(before, one.name) && !isUsed(after, one.name) && isWorking(one));
  const names = settings.drainMs === null ? [] : left.map(({ name }) => name);
  const kept = after.drains.filter(({ uplink }) => !after.active.includes(uplink) && !names.includes(uplink));
  return { ...after, drains: [...kept, ...names.map((uplink) => ({ uplink, at: now + (settings.drainMs ?? 0) }))] };
};

const switchReport = (family: Family, before: FamilyState, after: FamilyState): readonly Report[] =>
  sameNames(before.active, after.active)
    ? []
    : [
        {
          kind: "switched",
          family,
          how: after.how ?? "chosen",
          from: before.active,
          to: after.active,
          reason: after.reason,
        },
      ];

interface DivertReport {
  readonly family: Family;
  readonly before: FamilyState;
  readonly after: FamilyState;
  readonly reason: string;
}

/** A divert and its return are worth a word only where nobody switched. */
const divertReport = ({ family, before, after, reason }: DivertReport): readonly Report[] => {
  if (!sameNames(before.active, after.active) || sameNames(before.carrying, after.carrying)) return [];
  if (!sameNames(after.carrying, after.active)) {
    return [{ kind: "diverted", family, from: after.active, to: after.carrying, reason }];
  }
  return before.carrying.length === 0 ? [] : [{ kind: "returned", family, to: after.carrying, reason }];
};
