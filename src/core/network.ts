import type { Family } from "./family.ts";

/** A range of addresses that share their first bits. */
export interface Network {
  readonly family: Family;
  /** The address as a number. */
  readonly value: bigint;
  /** Bits that count: 0..32 or 0..128. */
  readonly length: number;
}

const WIDTH: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
const HEXTETS = 8;

const parseIPv4 = (text: string): bigint | null => {
  const octets = text.split(".");
  const valid = octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256);
  return valid ? octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n) : null;
};

/** `::ffff:192.0.2.1` with its end as two hextets. */
const withoutDots = (text: string): string => {
  const end = text.slice(text.lastIndexOf(":") + 1);
  const value = end.includes(".") ? parseIPv4(end) : null;
  if (value === null) return text;
  return `${text.slice(0, -end.length)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
};

const hextetsOf = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));

const parseIPv6 = (text: string): bigint | null => {
  const [head = "", tail, ...more] = withoutDots(text).split("::");
  const before = hextetsOf(head);
  const after = hextetsOf(tail ?? "");
  const zeros = HEXTETS - before.length - after.length;
  const all = [...before, ...new Array<string>(Math.max(0, zeros)).fill("0"), ...after];
  const complete = tail === undefined ? zeros === 0 : zeros > 0;
  const valid = more.length === 0 && complete && all.every((hextet) => /^[0-9a-f]{1,4}$/i.test(hextet));
  return valid ? all.reduce((value, hextet) => (value << 16n) | BigInt(`0x${hextet}`), 0n) : null;
};

/** The network with `length` bits around an address; null where the text is no address or the length can't be. Never throws. */
export const networkOf = (address: string, length?: number): Network | null => {
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const value = family === "ipv6" ? parseIPv6(address) : parseIPv4(address);
  const bits = length ?? WIDTH[family];
  if (value === null || !Number.isInteger(bits) || bits < 0 || bits > WIDTH[family]) return null;
  return { family, value, length: bits };
};

/** `192.0.2.0/24`, `default` of a known family, or a bare address; null for everything else. Never throws. */
export const parseNetwork = (text: string, family: Family): Network | null => {
  if (text === "default") return { family, value: 0n, length: 0 };
  const [address = "", length] = text.split("/");
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  return networkOf(address, length === undefined ? undefined : Number(length));
};

/** Whether every address of `inner` is in `outer`. Never throws. */
export const covers = (outer: Network, inner: Network): boolean => {
  if (outer.family !== inner.family || outer.length > inner.length) return false;
  const rest = BigInt(WIDTH[outer.family] - outer.length);
  return outer.value >> rest === inner.value >> rest;
};

/** Whether two networks have addresses in common. Never throws. */
export const overlap = (a: Network, b: Network): boolean => covers(a, b) || covers(b, a);

/** Whether it holds more than one address. Never throws. */
export const isWide = ({ family, length }: Network): boolean => length < WIDTH[family];

/** Addresses that no provider routes: RFC 1918, and RFC 6598 for those who are behind their provider's NAT. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map((text) =>
  parseNetwork(text, "ipv4"),
);

/** Unique local addresses, RFC 4193. */
const UNIQUE_LOCAL = [parseNetwork("fc00::/7", "ipv6")];

/** Whether the internet can't answer to these addresses. Never throws. */
export const isPrivate = (network: Network): boolean =>
  [...PRIVATE, ...UNIQUE_LOCAL].some((range) => range !== null && covers(range, network));

const formatIPv6 = (value: bigint): string => {
  const hextets = Array.from({ length: HEXTETS }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  const text = hextets.map((hextet) => hextet.toString(16)).join(":");
  return text.replace(/(?:^|:)0(?::0)+$/, "::");
};

const formatIPv4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join(".");

/** `192.0.2.0/24`: its first address and its length. Never throws. */
export const formatNetwork = ({ family, value, length }: Network): string => {
  const rest = BigInt(WIDTH[family] - length);
  const first = (value >> rest) << rest;
  return `${family === "ipv4" ? formatIPv4(first) : formatIPv6(first)}/${length}`;
};

/** Of networks or addresses in text, those of a family. Never throws. */
export const inFamily = (networks: readonly string[], family: Family): readonly string[] =>
  networks.filter((network) => network.includes(":") === (family === "ipv6"));
