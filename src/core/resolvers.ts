import { clientsOf } from "./client/client.ts";
import type { Command, ResolverLink } from "./command.ts";
import { FAMILIES, type Family } from "./family.ts";
import { candidates, isWorking } from "./policy/candidate.ts";
import type { ReviewPart } from "./review-part.ts";
import type { State, UplinkState } from "./state.ts";

/** A DNS server, and the uplink that leads to it. */
export interface Resolver {
  readonly address: string;
  /** Of its address: who carries this family decides whether it is used. */
  readonly family: Family;
  /** The uplink's name and number. */
  readonly uplink: string;
  readonly number: number;
}

/** The names of the uplinks that carry each family. */
export type Carriers = Readonly<Record<Family, readonly string[]>>;

/** The DNS servers of an uplink: those of the config, else those of its leases. */
const serversOf = (uplink: UplinkState): readonly string[] => {
  if (uplink.settings.dns.length > 0) return uplink.settings.dns;
  const lent = clientsOf(uplink).flatMap(({ lease, delegation }) => (lease ?? delegation)?.dns ?? []);
  return [...new Set(lent)];
};

const resolversOf = (uplink: UplinkState): readonly Resolver[] =>
  serversOf(uplink).map((address) => ({
    address,
    family: address.includes(":") ? "ipv6" : "ipv4",
    uplink: uplink.settings.name,
    number: uplink.number,
  }));

/**
 * Whom to ask: the servers of the uplinks that carry their family now, in the uplinks' order; where those have none, the
 * servers of the others that work. An address that several uplinks name goes to the first. Nobody before anything is
 * decided. Never throws.
 */
export const resolversInUse = (uplinks: readonly UplinkState[], carriers: Carriers): readonly Resolver[] => {
  if (FAMILIES.every((family) => carriers[family].length === 0)) return [];
  const reachable = uplinks.flatMap(resolversOf).filter(({ family, uplink }) => works(uplinks, family, uplink));
  const carrying = reachable.filter(({ family, uplink }) => carriers[family].includes(uplink));
  return unique(carrying.length > 0 ? carrying : reachable);
};

const works = (uplinks: readonly UplinkState[], family: Family, name: string): boolean =>
  candidates(uplinks, family).some((one) => one.name === name && one.usable && isWorking(one));

const unique = (resolvers: readonly Resolver[]): readonly Resolver[] =>
  resolvers.filter((one, place) => resolvers.findIndex((other) => other.address === one.address) === place);

/** What couldn't be told is tried again after so long, ms. */
const RETRY_MS = 60_000;

const NEVER = Number.POSITIVE_INFINITY;

/** Tells the machine's resolver whom to ask, where that has changed. While nobody can be asked, it keeps what it knows. Pure; never throws. */
export const tellResolvers = (state: State, now: number): ReviewPart => {
  const { told, retryAt } = state.resolvers;
  const nothing = { state, commands: [], reviewAt: NEVER };
  if (state.uplinks.every((uplink) => serversOf(uplink).length === 0)) return nothing;
  const inUse = resolversInUse(state.uplinks, carriersIn(state));
  if (inUse.length === 0) return nothing;
  const command: Command = {
    kind: "use-resolvers",
    servers: inUse.map(({ address }) => address),
    links: state.uplinks.flatMap((uplink) => linkOf(uplink, inUse)),
  };
  const text = JSON.stringify(command);
  if (text === told && now < retryAt) return { ...nothing, reviewAt: retryAt };
  const resolvers = { ...state.resolvers, told: text, retryAt: NEVER };
  return { state: { ...state, resolvers }, commands: [command], reviewAt: NEVER };
};

const carriersIn = ({ families }: State): Carriers => ({
  ipv4: families.ipv4.carrying,
  ipv6: families.ipv6.carrying,
});

/** An interface that is away can be told nothing. */
const linkOf = (uplink: UplinkState, inUse: readonly Resolver[]): readonly ResolverLink[] => {
  const servers = serversOf(uplink);
  const isThere = FAMILIES.some((family) => uplink.families[family]?.path.usable);
  const used = inUse.some(({ number }) => number === uplink.number);
  const { device } = uplink;
  return servers.length > 0 && isThere && device !== null ? [{ interface: device.name, servers, used }] : [];
};

/** What became of it. Pure; never throws. */
export const noteResolvers = (state: State, problem: string | null, now: number): State => ({
  ...state,
  resolvers: { ...state.resolvers, problem, retryAt: problem === null ? NEVER : now + RETRY_MS },
});
