import { list } from "../words.ts";
import { type Candidate, isUp, isWorking } from "./candidate.ts";

/** Who takes new flows at this moment. */
export interface Load {
  readonly carrying: readonly string[];
  /** Why these, in a sentence. */
  readonly reason: string;
}

/** What the choice of the carriers depends on. */
export interface Carriers {
  readonly candidates: readonly Candidate[];
  readonly active: readonly string[];
  /** Who took new flows until now. */
  readonly before: readonly string[];
  /** The config's `failover.divert`. */
  readonly divert: boolean;
}

/**
 * Decides who takes new flows: the active uplinks, or, while all of them are in doubt, the next best that is up
 * beyond doubt. While an active uplink is undecided (we have just started), what runs is left alone. Never throws.
 */
export const carriers = ({ candidates, active, before, divert }: Carriers): Load => {
  const used = candidates.filter((candidate) => active.includes(candidate.name));
  const avoided = used.filter((candidate) => isDoubtful(candidate, divert));
  const solid = used.filter((candidate) => !avoided.includes(candidate));
  if (solid.some((candidate) => candidate.verdict === "unknown")) {
    return { carrying: known(before, candidates) ?? active, reason: `${list(active)} is not decided yet` };
  }
  if (avoided.length === 0) return { carrying: active, reason: `${list(active)} answers again` };
  const reason = list(avoided.map((candidate) => `${candidate.name}: ${candidate.reason}`));
  if (solid.length > 0) return { carrying: names(solid), reason };
  const stand = standIns({ candidates, active, before, divert });
  return stand.length > 0 ? { carrying: names(stand), reason } : { carrying: active, reason: "no other uplink is up" };
};

/** A path that is gone moves new flows even where diverts are switched off: the kernel can't use it either. */
const isDoubtful = (candidate: Candidate, divert: boolean): boolean =>
  !candidate.usable || isOut(candidate) || (divert && candidate.diverted && candidate.verdict !== "unknown");

const isOut = ({ verdict }: Candidate): boolean => verdict === "down" || verdict === "hold-down";

/** Whoever stands in already need not be beyond doubt: a single lost probe must not send new flows back into a dead line. */
const standIns = ({ candidates, active, before, divert }: Carriers): readonly Candidate[] => {
  const stands = ({ name, usable, verdict, diverted }: Candidate): boolean =>
    before.includes(name) && usable && verdict === "suspect" && !diverted;
  const able = candidates.filter(
    (candidate) => ((isUp(candidate) && !candidate.diverted) || stands(candidate)) && !active.includes(candidate.name),
  );
  return best(able.length > 0 ? able : onTrial({ candidates, active, before, divert }));
};

/**
 * Where none is up: whoever answers in its hold-down, while no active one does. One that is down is for the policy to
 * leave; that is a matter of a second.
 */
const onTrial = ({ candidates, active, before, divert }: Carriers): readonly Candidate[] => {
  const answers = ({ verdict, usable, diverted }: Candidate): boolean =>
    verdict === "hold-down" && usable && !(diverted && divert);
  const used = candidates.filter(({ name }) => active.includes(name));
  if (used.some(answers)) return [];
  const isFallen = used.some(({ verdict }) => verdict === "down");
  return candidates.filter((candidate) => answers(candidate) && (!isFallen || before.includes(candidate.name)));
};

const best = (able: readonly Candidate[]): readonly Candidate[] => {
  const clean = able.filter((candidate) => !candidate.degraded);
  const pool = clean.length > 0 ? clean : able;
  const tier = Math.min(...pool.map((candidate) => candidate.tier));
  return pool.filter((candidate) => candidate.tier === tier);
};

const known = (before: readonly string[], candidates: readonly Candidate[]): readonly string[] | null => {
  const present = before.filter((name) =>
    candidates.some((candidate) => candidate.name === name && candidate.usable && !candidate.diverted),
  );
  return present.length > 0 ? present : null;
};

const names = (from: readonly Candidate[]): readonly string[] => from.map((candidate) => candidate.name);

/**
 * The uplinks that take over in the kernel, without us, should those that carry lose their carrier: the next best
 * that work as far as is known, the doubtful last. Never throws.
 */
export const standbys = (candidates: readonly Candidate[], carrying: readonly string[]): readonly string[] =>
  candidates
    .filter((candidate) => candidate.usable && !carrying.includes(candidate.name))
    .filter(isWorking)
    .map((candidate, place) => ({ name: candidate.name, order: standbyOrder(candidate), place }))
    .sort((a, b) => a.order - b.order || a.place - b.place)
    .map(({ name }) => name);

const standbyOrder = (candidate: Candidate): number =>
  (candidate.diverted ? 1_000_000 : 0) + (candidate.degraded ? 1000 : 0) + candidate.tier;
