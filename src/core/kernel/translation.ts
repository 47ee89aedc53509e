import { covers, formatNetwork, isPrivate, type Network, networkOf, overlap, parseNetwork } from "../network.ts";
import type { KernelState } from "./kernel.ts";

/** Network prefix translation of an uplink (RFC 6296, without its checksum neutrality: nftables has none). */
export interface PrefixSettings {
  /** The prefix outside; null: it is learned. */
  readonly outer: string | null;
  /** The prefix inside; null: the unique local networks of this machine's other interfaces. */
  readonly inner: string | null;
}

/** Two prefixes of one length that stand for each other: `inner` on our side, `outer` on the internet's. */
export interface PrefixPair {
  readonly inner: string;
  readonly outer: string;
}

/** What is translated, and why something isn't, in one sentence. */
export interface Translation {
  readonly pairs: readonly PrefixPair[];
  readonly problem: string | null;
}

/** What a translation follows from. */
export interface TranslationInput {
  readonly settings: PrefixSettings;
  /** What a DHCPv6 server delegated to the uplink; null for nothing. */
  readonly delegated: string | null;
  readonly interface: string;
  /** Of all uplinks: what is on none of them is inside. */
  readonly uplinkInterfaces: readonly string[];
  readonly kernel: Pick<KernelState, "links" | "addresses">;
}

/**
 * Which prefixes stand for each other on an uplink now. An inner network that is longer than the outer prefix keeps the
 * bits between the two lengths: fd00:0:0:7::/64 and 2001:db8:a::/56 make 2001:db8:a:7::/64. Never throws.
 */
export const translate = (input: TranslationInput): Translation => {
  const outer = outerPrefix(input);
  if (outer === null)
    return { pairs: [], problem: `${input.interface} has no IPv6 prefix that could stand for the local one` };
  return innerNetworks(input).reduce<Translation>((done, inner) => added(done, inner, outer), {
    pairs: [],
    problem: null,
  });
};

/** What the config says, else what was delegated, else the network of the interface's newest global address. */
const outerPrefix = (input: TranslationInput): Network | null => {
  const known = input.settings.outer ?? input.delegated;
  if (known !== null) return parseNetwork(known, "ipv6");
  return networksOn(input, (name) => name === input.interface).find((network) => !isPrivate(network)) ?? null;
};

const innerNetworks = (input: TranslationInput): readonly Network[] => {
  const { settings, uplinkInterfaces } = input;
  const configured = settings.inner === null ? null : parseNetwork(settings.inner, "ipv6");
  if (configured !== null) return [configured];
  return networksOn(input, (name) => !uplinkInterfaces.includes(name)).filter(isPrivate);
};

/** A single address, as DHCPv6 gives it, is no network. */
const LENGTH_MAX = 64;

/** Without repetition, in the kernel's order: the newest first. */
const networksOn = ({ kernel }: TranslationInput, isMeant: (name: string) => boolean): readonly Network[] => {
  const links = new Set(kernel.links.filter(({ name }) => isMeant(name)).map(({ index }) => index));
  const networks = kernel.addresses
    .filter(
      ({ family, global, link, prefixLength }) =>
        family === "ipv6" && global && links.has(link) && prefixLength <= LENGTH_MAX,
    )
    .flatMap(({ address, prefixLength }) => networkOf(address, prefixLength) ?? []);
  return networks.filter((network, place) => networks.findIndex((other) => sameNetwork(other, network)) === place);
};

const sameNetwork = (a: Network, b: Network): boolean => covers(a, b) && covers(b, a);

const added = ({ pairs, problem }: Translation, inner: Network, outer: Network): Translation => {
  const pair = pairOf(inner, outer);
  if (pair === null) {
    return {
      pairs,
      problem: `${formatNetwork(inner)} is wider than ${formatNetwork(outer)}, which is to stand for it`,
    };
  }
  const rival = pairs.find((other) => overlaps(other, pair));
  if (rival === undefined) return { pairs: [...pairs, pair], problem };
  return { pairs, problem: `${pair.outer} can't stand for ${pair.inner}: it stands for ${rival.inner} already` };
};

const overlaps = (a: PrefixPair, b: PrefixPair): boolean => {
  const [one, other] = [parseNetwork(a.outer, "ipv6"), parseNetwork(b.outer, "ipv6")];
  return one !== null && other !== null && overlap(one, other);
};

const ADDRESS_LENGTH = 128;

const pairOf = (inner: Network, outer: Network): PrefixPair | null => {
  if (inner.length < outer.length) return null;
  const below = (1n << BigInt(ADDRESS_LENGTH - outer.length)) - 1n;
  const value = (outer.value & ~below) | (inner.value & below);
  return { inner: formatNetwork(inner), outer: formatNetwork({ ...inner, value }) };
};

/** Whether two lists of pairs say the same. Never throws. */
export const samePairs = (a: readonly PrefixPair[], b: readonly PrefixPair[]): boolean =>
  a.length === b.length && a.every((pair, place) => pair.inner === b[place]?.inner && pair.outer === b[place]?.outer);
