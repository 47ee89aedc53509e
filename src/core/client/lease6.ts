import { formatNetwork, type Network, networkOf, parseNetwork } from "../network.ts";
import { DNS_MOST, type Lease, type LeaseWords, quoted, SECONDS_MAX } from "./lease.ts";

/** A prefix that a DHCPv6 server delegated to us (RFC 8415 § 6.3). */
export interface Delegation {
  /** `2001:db8:a::/56`. */
  readonly prefix: string;
  /** DNS servers, `DNS_MOST` at the most. */
  readonly dns: readonly string[];
  /** Milliseconds since boot. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
}

/** What a DHCPv6 client tells of: an address, or a prefix. */
export type Lent =
  | { readonly kind: "address"; readonly lease: Lease }
  | { readonly kind: "prefix"; readonly delegation: Delegation };

/** A provider as a whole has a /32 or so, and a network a /64 (RFC 6177, RFC 7421). */
const DELEGATED = { shortest: 32, longest: 64 } as const;

/**
 * What dhclient's words lend (`new_ip6_address` or `new_ip6_prefix`, `new_max_life`, `new_dhcp6_name_servers`), or what is
 * wrong with them, in a clause. The gateway is none of a DHCPv6 server's business: routers announce it. `now`: milliseconds
 * since boot. Never throws.
 */
export const readLent = (words: LeaseWords, now: number): Lent | string => {
  const { new_ip6_address: address = "", new_ip6_prefix: prefix = "", new_max_life: life = "" } = words;
  if (!/^[1-9]\d{0,9}$/.test(life)) return `${quoted(life)} is no lease time`;
  const dns = serversIn(words.new_dhcp6_name_servers ?? "").filter((server) => server !== address);
  const times = { dns, obtainedAt: now, expiresAt: now + Math.min(SECONDS_MAX, Number(life)) * 1000 };
  if (prefix !== "") {
    const network = delegable(prefix);
    if (network === null) return `${quoted(prefix)} is no prefix to delegate`;
    return { kind: "prefix", delegation: { prefix: network, ...times } };
  }
  if (!isHost(address)) return `${quoted(address)} is no address for a host`;
  return { kind: "address", lease: { address, prefixLength: 128, gateway: null, server: null, ...times } };
};

/** Whether a client says that this address or prefix of ours is over. Never throws. */
export const isOver = (words: LeaseWords, lent: string): boolean =>
  lent === words.old_ip6_address || lent === delegable(words.old_ip6_prefix ?? "");

const serversIn = (text: string): readonly string[] => [...new Set(text.split(" ").filter(isHost))].slice(0, DNS_MOST);

/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255` */
const LONGEST_ADDRESS = 45;

/** Of an address that others can reach: neither multicast nor link-local, nor our own machine. */
const isHost = (text: string): boolean => {
  const network = text.length <= LONGEST_ADDRESS ? networkOf(text) : null;
  return network?.family === "ipv6" && isGlobal(network);
};

/** Global unicast (2000::/3, RFC 4291 § 2.4) and unique local addresses (fc00::/7, RFC 4193). */
const isGlobal = ({ value }: Network): boolean => value >> 125n === 0b001n || value >> 121n === 0b1111110n;

const delegable = (text: string): string | null => {
  const network = text.length <= LONGEST_ADDRESS ? parseNetwork(text, "ipv6") : null;
  if (network === null || !isGlobal(network)) return null;
  const fits = network.length >= DELEGATED.shortest && network.length <= DELEGATED.longest;
  return fits ? formatNetwork(network) : null;
};
