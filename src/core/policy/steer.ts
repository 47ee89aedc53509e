import { FAMILIES, type Family, familyName } from "../family.ts";
import { inFamily } from "../network.ts";
import type { SteeringSettings } from "../settings.ts";
import type { FamilyState, State } from "../state.ts";
import { type Candidate, isWorking } from "./candidate.ts";

/** Where a steering leads in one family: over an uplink; null: with everybody else, or nowhere where it is refused. */
export interface Steered {
  readonly over: string | null;
  readonly refused: boolean;
}

/** What each steering does in the field's family, null where it says nothing about it. Never throws. */
export const steer = (steering: readonly SteeringSettings[], field: Field): readonly (Steered | null)[] =>
  steering.map((one) => (isAbout(one, field.family) ? choose(one, field) : null));

/** The uplinks that take traffic of their own beside those that carry the rest. Never throws. */
export const steeredTo = ({ steered }: Pick<FamilyState, "steered">): readonly string[] =>
  steered.flatMap((way) => way?.over ?? []);

/** Addresses of the other family alone leave nothing that could fit. */
const isAbout = ({ from, to }: SteeringSettings, family: Family): boolean =>
  [from, to].every((networks) => networks.length === 0 || inFamily(networks, family).length > 0);

interface Field {
  readonly family: Family;
  readonly candidates: readonly Candidate[];
  /** The config's `failover.divert`. */
  readonly divert: boolean;
}

/**
 * The first that works, a lossy one only if no other is clean. Nobody is refused for a doubt: what may use these uplinks
 * alone waits on one that isn't proven dead.
 */
const choose = ({ over, otherwise }: SteeringSettings, { candidates, divert }: Field): Steered => {
  const named = over.flatMap((name) => candidates.filter((one) => one.name === name && one.usable));
  const able = named.filter((candidate) => isFit(candidate, divert));
  const best = able.find(({ degraded }) => !degraded) ?? able[0];
  if (best !== undefined) return { over: best.name, refused: false };
  if (otherwise === "default") return { over: null, refused: false };
  const doubtful = named.find(({ verdict }) => verdict !== "down");
  return { over: doubtful?.name ?? null, refused: doubtful === undefined };
};

const isFit = (candidate: Candidate, divert: boolean): boolean =>
  isWorking(candidate) && !(divert && candidate.diverted && candidate.verdict !== "unknown");

/** What the config steers, as it is now: by name, with where each family goes. */
export interface SteeringStatus {
  readonly name: string;
  /** The whole in words: `over lte`, `over lte in IPv4, refused in IPv6`. */
  readonly summary: string;
  /** null: it says nothing about this family. */
  readonly families: Readonly<Record<Family, Steered | null>>;
}

/** The read model of the steering. Pure; never throws. */
export const steeringStatus = ({ steering, families: { ipv4, ipv6 } }: State): readonly SteeringStatus[] =>
  steering.map(({ name }, place) => {
    const families = { ipv4: ipv4.steered[place] ?? null, ipv6: ipv6.steered[place] ?? null };
    return { name, summary: summaryOf(families), families };
  });

const summaryOf = (families: SteeringStatus["families"]): string => {
  const told = FAMILIES.flatMap((family) => {
    const one = families[family];
    return one === null ? [] : [{ family, words: wordsOf(one) }];
  });
  const isSame = told.every(({ words }) => words === told[0]?.words);
  return isSame
    ? (told[0]?.words ?? "")
    : told.map(({ family, words }) => `${words} in ${familyName(family)}`).join(", ");
};

const wordsOf = ({ over, refused }: Steered): string => {
  if (over !== null) return `over ${over}`;
  return refused ? "refused, since none of its uplinks works" : "with the rest, since none of its uplinks works";
};
