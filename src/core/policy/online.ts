import { FAMILIES, type Family, familyName } from "../family.ts";
import type { Report } from "../report.ts";
import type { State } from "../state.ts";
import { type Candidate, candidates } from "./candidate.ts";

interface Member extends Candidate {
  readonly family: Family;
}

const members = (state: State): readonly Member[] =>
  FAMILIES.flatMap((family) => candidates(state.uplinks, family).map((candidate) => ({ ...candidate, family })));

/** In a hold-down as well: that counts as a return, though nobody trusts it yet. */
const answers = ({ verdict, usable }: Member): boolean =>
  verdict === "up" || verdict === "suspect" || (verdict === "hold-down" && usable);

/** Notes, and tells, that the last uplink of all has failed, or that the first has returned. Pure; never throws. */
export const noteOnline = (state: State): { state: State; reports: readonly Report[] } => {
  const all = members(state);
  const first = all.find(answers);
  if (state.offline && first !== undefined) {
    const { name, family, reason } = first;
    return { state: { ...state, offline: false }, reports: [{ kind: "online", uplink: name, family, reason }] };
  }
  const isOver = all.length > 0 && all.every(({ verdict }) => verdict === "down");
  if (state.offline || !isOver) return { state, reports: [] };
  return { state: { ...state, offline: true }, reports: [{ kind: "offline", reason: all.map(tell).join("; ") }] };
};

const tell = ({ name, family, reason }: Member): string => `${name} ${familyName(family)}: ${reason}`;
