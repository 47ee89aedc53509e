import type { SwitchKind } from "../report.ts";
import type { FailoverSettings } from "../settings.ts";
import type { FamilyState } from "../state.ts";
import { list } from "../words.ts";
import { type Candidate, isAnswering, isReturning, isUp, isWorking } from "./candidate.ts";

/** What the policy decides upon. */
export interface Situation {
  readonly candidates: readonly Candidate[];
  readonly family: FamilyState;
  /** The uplink that a pin or a test asks for, and which of them it is. */
  readonly wish: { readonly uplink: string; readonly why: "pin" | "test" } | null;
  readonly settings: FailoverSettings;
  /** What the admin's script says against a failback, or that it has to be asked; null: nothing. */
  readonly gate: string | null;
  readonly now: number;
}

/** The policy's answer: who is active from now on. */
export interface Choice {
  readonly active: readonly string[];
  /** null: nothing changes. */
  readonly how: SwitchKind | null;
  readonly reason: string;
  /** Why a better uplink is not used yet. */
  readonly waiting: string | null;
  /** A failback waits for nothing but the gate. */
  readonly asksGate: boolean;
  /** When time alone may change the answer; Infinity if never. */
  readonly reviewAt: number;
}

/** An uplink that answers again while no other works is trusted after so long (ms): the preferred one may be about to answer too. */
export const LAST_RESORT_MS = 1000;

/** A suspicion that is neither proven nor refuted after so long (ms) no longer bars an uplink where nothing else works. */
export const DOUBT_MS = 2000;

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Chooses a family's active uplinks: the best tier of those that work; a lossy one only if no other is clean;
 * the incumbent keeps ties; holds apply only to switches that nothing forces. Pure; never throws.
 */
export const choose = (situation: Situation): Choice => {
  const incumbents = situation.candidates.filter((candidate) => situation.family.active.includes(candidate.name));
  const working = incumbents.filter(isWorking);
  const needed = working.length === 0 || isHeldByPortal(situation, working);
  return needed ? chooseInNeed(situation, incumbents) : chooseFreely(situation, working);
};

/** Nothing gets through where a portal is: that is a need, unless there is no better place or somebody wants it so. */
const isHeldByPortal = ({ candidates, wish }: Situation, working: readonly Candidate[]): boolean =>
  wish === null &&
  working.every((candidate) => candidate.portal) &&
  candidates.some((candidate) => isUp(candidate) && !candidate.portal);

/** Nothing forces a switch: the incumbents work. */
const chooseFreely = (situation: Situation, working: readonly Candidate[]): Choice => {
  const best = bestGroup(situation, [...situation.candidates.filter(isUp), ...working]);
  const goal = names(best);
  const incumbent = bestGroup({ ...situation, wish: null }, working)[0];
  const better = best[0];
  if (incumbent === undefined || better === undefined || sameNames(goal, situation.family.active)) {
    return stay(situation, null);
  }
  if (isWished(situation, best)) {
    return move(situation, { to: goal, how: "ordered", reason: wishReason(situation, goal) });
  }
  if (situation.wish === null && situation.family.how === "ordered") {
    const reason = `the order has ended, and ${list(goal)} is preferred`;
    const how = kindOf(incumbent, better);
    return how === "failback" && isGated(situation)
      ? askGate(situation, goal)
      : move(situation, { to: goal, how, reason });
  }
  if (better.tier === incumbent.tier) {
    return move(situation, { to: goal, how: "rebalanced", reason: rebalanceReason(situation, goal) });
  }
  return better.tier < incumbent.tier ? failBack(situation, best) : leaveLossy(situation, { incumbent, best });
};

/** A wish is fulfilled at once, whatever the holds say; so is the way back when it has ended. */
const isWished = ({ wish }: Situation, best: readonly Candidate[]): boolean =>
  wish !== null && best.some((candidate) => candidate.name === wish.uplink);

const wishReason = ({ wish }: Situation, goal: readonly string[]): string =>
  wish?.why === "test" ? `a test of ${list(goal)} was ordered` : `${list(goal)} is pinned by hand`;

const kindOf = (before: Candidate, after: Candidate): SwitchKind => {
  if (after.tier === before.tier) return "rebalanced";
  return after.tier < before.tier ? "failback" : "failover";
};

const failBack = (situation: Situation, best: readonly Candidate[]): Choice => {
  const { family, settings, now } = situation;
  const goal = names(best);
  if (!family.failbackGranted) {
    if (settings.failback === "manual") return stay(situation, `${list(goal)} works again; failback is manual`);
    if (now < family.holdUntil)
      return stay(situation, `${list(goal)} works again; held after the last switch`, family.holdUntil);
    if (isGated(situation)) return askGate(situation, goal);
  }
  return move(situation, { to: goal, how: "failback", reason: `${list(goal)} works again: ${best[0]?.reason}` });
};

const isGated = ({ gate, family }: Situation): boolean => gate !== null && !family.failbackGranted;

const askGate = (situation: Situation, goal: readonly string[]): Choice => ({
  ...stay(situation, `${list(goal)} works again; ${situation.gate}`),
  asksGate: true,
});

const leaveLossy = (
  situation: Situation,
  { incumbent, best }: { incumbent: Candidate; best: readonly Candidate[] },
): Choice => {
  const { family, now } = situation;
  const goal = names(best);
  if (now < family.holdUntil) {
    return stay(situation, `${incumbent.name} is degraded; held after the last switch`, family.holdUntil);
  }
  return move(situation, { to: goal, how: "failover", reason: `${incumbent.name} is degraded: ${incumbent.reason}` });
};

/** No incumbent works, or there is none: take the best that does, whatever the holds say. */
const chooseInNeed = (situation: Situation, incumbents: readonly Candidate[]): Choice => {
  const best = bestGroup(situation, situation.candidates.filter(isUp));
  if (isKept(situation, incumbents, best))
    return stay(situation, `${list(names(incumbents.filter(isReturning)))} answers again`);
  if (best.length === 0) return chooseDoubtful(situation, incumbents);
  const awaited = situation.candidates.find((candidate) => isAwaited(candidate, best));
  if (incumbents.length === 0 && awaited !== undefined && situation.wish === null) {
    return stay(situation, `${awaited.name} is preferred and not yet decided`);
  }
  return move(situation, { to: names(best), how: needKind(incumbents, best), reason: needReason(incumbents, best) });
};

/** An incumbent that answers again before anything took over keeps the traffic, unless something better is up. */
const isKept = ({ wish }: Situation, incumbents: readonly Candidate[], best: readonly Candidate[]): boolean => {
  const returning = incumbents.filter(isReturning);
  return wish === null && returning.some((candidate) => best[0] === undefined || rank(candidate) < rank(best[0]));
};

/** Nothing is up beyond doubt: a suspicion is soon settled, so it is waited for; but not for ever. */
const chooseDoubtful = (situation: Situation, incumbents: readonly Candidate[]): Choice => {
  const doubtful = situation.candidates.filter(
    (candidate) => candidate.verdict === "suspect" && candidate.usable && !candidate.diverted,
  );
  if (doubtful.length === 0) return lastResort(situation, incumbents);
  const trusted = doubtful.filter((candidate) => situation.now >= candidate.since + DOUBT_MS);
  const best = bestGroup(situation, trusted);
  if (best.length > 0) {
    return move(situation, { to: names(best), how: needKind(incumbents, best), reason: needReason(incumbents, best) });
  }
  const reviewAt = Math.min(...doubtful.map((candidate) => candidate.since + DOUBT_MS));
  return stay(situation, `${list(names(doubtful))} is in doubt`, reviewAt);
};

const isAwaited = (candidate: Candidate, best: readonly Candidate[]): boolean =>
  candidate.verdict === "unknown" && candidate.usable && candidate.tier < (best[0]?.tier ?? 0);

const needKind = (incumbents: readonly Candidate[], best: readonly Candidate[]): SwitchKind => {
  const before = incumbents[0]?.tier;
  const after = best[0]?.tier;
  if (before === undefined || after === undefined) return "chosen";
  return after < before ? "failback" : "failover";
};

const needReason = (incumbents: readonly Candidate[], best: readonly Candidate[]): string =>
  incumbents.length === 0 ? `${list(names(best))} is the best uplink that works` : incumbents.map(faultOf).join("; ");

const faultOf = ({ name, portal, verdict, reason }: Candidate): string =>
  portal && verdict === "up" ? `${name} ${reason}` : `${name} is down: ${reason}`;

/** Nothing works: traffic stays where it was, until one answers again. */
const lastResort = (situation: Situation, incumbents: readonly Candidate[]): Choice => {
  const returning = situation.candidates.filter(isAnswering);
  if (returning.length === 0) return stay(situation, hopelessReason(situation), NEVER);
  const trusted = returning.filter((candidate) => situation.now >= candidate.since + LAST_RESORT_MS);
  if (trusted.length === 0) {
    const reviewAt = Math.min(...returning.map((candidate) => candidate.since + LAST_RESORT_MS));
    return stay(situation, `${list(names(returning))} begins to answer`, reviewAt);
  }
  const best = bestGroup(situation, trusted);
  const reason = `${needReason(incumbents, best)}; no uplink is up, and ${list(names(best))} answers again`;
  return move(situation, { to: names(best), how: needKind(incumbents, best), reason });
};

/** Where all are down, nobody waits for anything. */
const hopelessReason = ({ candidates }: Situation): string | null =>
  candidates.some((candidate) => candidate.verdict === "unknown") ? "not decided yet" : null;

/** Those of the best class: the wished one; else the clean before the lossy, the lower tier before the higher. */
const bestGroup = ({ wish }: Situation, from: readonly Candidate[]): readonly Candidate[] => {
  const wished = from.find((candidate) => candidate.name === wish?.uplink);
  if (wished !== undefined) return [wished];
  const best = from.reduce<Candidate | undefined>((a, b) => (a === undefined || rank(b) < rank(a) ? b : a), undefined);
  if (best === undefined) return [];
  const unique = new Set(from.filter((candidate) => rank(candidate) === rank(best)));
  return [...unique];
};

/** Lower is better. A tier is far below 1000. */
const rank = (candidate: Candidate): number => (candidate.degraded ? 1000 : 0) + candidate.tier;

const stay = (situation: Situation, waiting: string | null, reviewAt: number = NEVER): Choice => ({
  active: situation.family.active,
  how: null,
  reason: situation.family.reason,
  waiting,
  asksGate: false,
  reviewAt,
});

const move = (
  { family }: Situation,
  { to, how, reason }: { to: readonly string[]; how: SwitchKind; reason: string },
): Choice => ({
  active: to,
  how: sameNames(to, family.active) ? null : how,
  reason,
  waiting: null,
  asksGate: false,
  reviewAt: NEVER,
});

const rebalanceReason = (situation: Situation, goal: readonly string[]): string => {
  const joined = goal.filter((name) => !situation.family.active.includes(name));
  const left = situation.candidates.filter(
    ({ name }) => situation.family.active.includes(name) && !goal.includes(name),
  );
  return [
    ...(joined.length > 0 ? [`${list(joined)} joined`] : []),
    ...left.map(({ name, reason }) => `${name} left: ${reason}`),
  ].join(", ");
};

const names = (candidates: readonly Candidate[]): readonly string[] => candidates.map((candidate) => candidate.name);

/** Same names, whatever their order. */
export const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));
