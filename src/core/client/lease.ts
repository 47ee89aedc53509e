import { formatNetwork, networkOf } from "../network.ts";

/** What a DHCP server lent us (RFC 2131, RFC 8415). */
export interface Lease {
  readonly address: string;
  /** 8..32; 128 in IPv6. */
  readonly prefixLength: number;
  /** null where the server named none, as in IPv6 always. */
  readonly gateway: string | null;
  /** DNS servers, `DNS_MOST` at the most. */
  readonly dns: readonly string[];
  /** null where it didn't say. */
  readonly server: string | null;
  /** Milliseconds since boot. */
  readonly obtainedAt: number;
  readonly expiresAt: number;
}

/** What a client was told, by udhcpc's names (`ip`, `subnet`, `router`, `dns`, `serverid`, `lease`) or dhclient's. Nothing in it can be trusted. */
export type LeaseWords = Readonly<Record<string, string>>;

/** Of wider networks nobody is a member; a server that lends one would take others' addresses from us. */
const PREFIX_MIN = 8;

/** udhcpc keeps a shorter lease for so long, and doesn't ask sooner than half of it (seconds, udhcp/dhcpc.c). */
const SECONDS_MIN = 122;

/** For ever, in RFC 2131 and RFC 8415, is 136 years: a year is enough until the next question. */
export const SECONDS_MAX = 366 * 86_400;

/** What a client assumes where the server doesn't say (seconds). */
const SECONDS_USUAL = 3600;

/** More DNS servers than these of one lease are not used. */
export const DNS_MOST = 8;

/** The lease in a client's words, or what is wrong with it, in a clause. `now`: milliseconds since boot. Never throws. */
export const readLease = (words: LeaseWords, now: number): Lease | string => {
  const address = words.ip ?? "";
  if (!isHost(address)) return `${quoted(address)} is no address for a host`;
  const prefixLength = prefixLengthOf(words.subnet ?? "");
  if (prefixLength === null) return `${quoted(words.subnet ?? "")} is no mask`;
  if (isReserved(address, prefixLength)) return `${address}/${prefixLength} is a network or its broadcast address`;
  const seconds = secondsOf(words.lease ?? "");
  if (seconds === null) return `${quoted(words.lease ?? "")} is no lease time`;
  const hosts = (text: string | undefined): readonly string[] =>
    (text ?? "").split(" ").filter((one) => isHost(one) && one !== address);
  return {
    address,
    prefixLength,
    gateway: hosts(words.router)[0] ?? null,
    dns: [...new Set(hosts(words.dns))].slice(0, DNS_MOST),
    server: hosts(words.serverid)[0] ?? null,
    obtainedAt: now,
    expiresAt: now + seconds * 1000,
  };
};

const LONGEST_QUOTED = 40;

/** What a server said, cut and harmless to print. Never throws. */
export const quoted = (text: string): string => JSON.stringify(text.slice(0, LONGEST_QUOTED));

/** Unicast and not our own machine: first octets 1..126 and 128..223. */
const isHost = (text: string): boolean => {
  const host = /^[\d.]{7,15}$/.test(text) ? networkOf(text) : null;
  const first = host === null ? 0n : host.value >> 24n;
  return first > 0n && first < 224n && first !== 127n && formatNetwork(host ?? NOWHERE) === `${text}/32`;
};

const NOWHERE = { family: "ipv4", value: 0n, length: 32 } as const;

/** The ones of `255.255.255.0`, all at the beginning; 32 where there is no mask, so that nothing is taken for near. */
const prefixLengthOf = (mask: string): number | null => {
  if (mask === "") return 32;
  const bits = /^[\d.]{7,15}$/.test(mask) ? networkOf(mask)?.value.toString(2).padStart(32, "0") : undefined;
  const ones = bits === undefined ? -1 : bits.replace(/0+$/, "").length;
  return bits !== undefined && !bits.slice(0, ones).includes("0") && ones >= PREFIX_MIN ? ones : null;
};

const isReserved = (address: string, prefixLength: number): boolean => {
  const host = (networkOf(address)?.value ?? 0n) & ((1n << BigInt(32 - prefixLength)) - 1n);
  return prefixLength < 31 && (host === 0n || host === (1n << BigInt(32 - prefixLength)) - 1n);
};

const secondsOf = (text: string): number | null => {
  if (text === "") return SECONDS_USUAL;
  return /^\d{1,10}$/.test(text) ? Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, Number(text))) : null;
};
