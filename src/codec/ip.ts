import { CodecError } from "./codec-error.ts";
import { ADDRESS_LENGTH, type Family, familyFromLength } from "./family.ts";

/** A network: its first address and the number of leading bits that its members share. */
export interface Prefix {
  readonly family: Family;
  /** 4 or 16 octets; all bits after `length` are zero. */
  readonly address: Uint8Array;
  /** 0..32 or 0..128. */
  readonly length: number;
}

/** No leading zeros: some parsers take them for octal. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,2})$/;

const HEXTET = /^[0-9a-fA-F]{1,4}$/;

const HEXTETS = 8;

/** `::ffff:0:0/96`, the prefix of IPv4-mapped addresses (RFC 4291 section 2.5.5.2), in hextets. */
const MAPPED = [0, 0, 0, 0, 0, 0xffff];

const tryParseDecimal = (text: string, max: number): number | null => {
  if (!DECIMAL.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
};

const tryParseIPv4 = (text: string): Uint8Array | null => {
  const parts = text.split(".");
  if (parts.length !== ADDRESS_LENGTH.ipv4) return null;
  const bytes = new Uint8Array(ADDRESS_LENGTH.ipv4);
  for (const [index, part] of parts.entries()) {
    const octet = tryParseDecimal(part, 255);
    if (octet === null) return null;
    bytes[index] = octet;
  }
  return bytes;
};

/** Two hextets of a dotted quad, or null. */
const dottedTail = (text: string): number[] | null => {
  const bytes = tryParseIPv4(text);
  if (bytes === null) return null;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [(a << 8) | b, (c << 8) | d];
};

/** The hextets of one side of `::`. Only the very end of an address may be a dotted quad. */
const tryParseHextets = (text: string, atEnd: boolean): number[] | null => {
  if (text === "") return [];
  const hextets: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (HEXTET.test(part)) hextets.push(Number.parseInt(part, 16));
    else {
      const tail = atEnd && index === parts.length - 1 ? dottedTail(part) : null;
      if (tail === null) return null;
      hextets.push(...tail);
    }
  }
  return hextets;
};

/** Puts the zeros back that `::` stands for. */
const expandHextets = (text: string): number[] | null => {
  const [before = "", after, ...more] = text.split("::");
  const head = tryParseHextets(before, after === undefined);
  const tail = tryParseHextets(after ?? "", true);
  if (head === null || tail === null || more.length > 0) return null;
  if (after === undefined) return head.length === HEXTETS ? head : null;
  const zeros = HEXTETS - head.length - tail.length;
  return zeros > 0 ? [...head, ...new Array<number>(zeros).fill(0), ...tail] : null;
};

const tryParseIPv6 = (text: string): Uint8Array | null => {
  const hextets = expandHextets(text);
  return hextets && Uint8Array.from(hextets.flatMap((hextet) => [hextet >>> 8, hextet & 0xff]));
};

/**
 * The octets of an address in text, null when it isn't one. Strict: four decimal octets without leading zeros, or
 * RFC 4291 section 2.2 without a zone. Never throws.
 */
export const tryParseAddress = (text: string): Uint8Array | null =>
  text.includes(":") ? tryParseIPv6(text) : tryParseIPv4(text);

/** As `tryParseAddress`, but throws `CodecError` where that gives null. */
export const parseAddress = (text: string): Uint8Array => {
  const bytes = tryParseAddress(text);
  if (bytes === null) throw new CodecError(`"${text}" is not an IP address.`);
  return bytes;
};

/** The family of an address in text, null when it isn't an address. Never throws. */
export const addressFamily = (text: string): Family | null => {
  const bytes = tryParseAddress(text);
  return bytes && familyFromLength(bytes.length);
};

/** The first of the longest runs of two or more zero hextets (RFC 5952 section 4.2). */
const longestZeroRun = (hextets: readonly number[]): { start: number; length: number } => {
  let best = { start: 0, length: 1 };
  let length = 0;
  for (const [index, hextet] of hextets.entries()) {
    length = hextet === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index + 1 - length, length };
  }
  return best.length > 1 ? best : { start: 0, length: 0 };
};

const hextetsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: HEXTETS }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));

const joinHextets = (hextets: readonly number[]): string => hextets.map((hextet) => hextet.toString(16)).join(":");

const formatIPv6 = (bytes: Uint8Array): string => {
  const hextets = hextetsOf(bytes);
  if (MAPPED.every((hextet, index) => hextets[index] === hextet)) return `::ffff:${bytes.subarray(12).join(".")}`;
  const { start, length } = longestZeroRun(hextets);
  if (length === 0) return joinHextets(hextets);
  return `${joinHextets(hextets.slice(0, start))}::${joinHextets(hextets.slice(start + length))}`;
};

/** The canonical text of 4 or 16 octets (RFC 5952; IPv4-mapped addresses as section 5 has them). Throws `CodecError`. */
export const formatAddress = (bytes: Uint8Array): string =>
  familyFromLength(bytes.length) === "ipv4" ? bytes.join(".") : formatIPv6(bytes);

/** The canonical spelling of an address. Throws `CodecError` when it isn't one. */
export const canonicalAddress = (text: string): string => formatAddress(parseAddress(text));

/** The bits of octet `index` that belong to the first `length` bits of an address. */
const octetMask = (index: number, length: number): number => {
  const bits = Math.min(8, Math.max(0, length - index * 8));
  return (0xff00 >> bits) & 0xff;
};

const isNetwork = (prefix: Prefix): boolean =>
  prefix.address.every((octet, index) => (octet & ~octetMask(index, prefix.length)) === 0);

/** A prefix such as `192.168.5.0/24` or `2001:db8::/32`, null for everything else and where host bits are set. Never throws. */
export const tryParsePrefix = (text: string): Prefix | null => {
  const slash = text.indexOf("/");
  const address = slash < 0 ? null : tryParseAddress(text.slice(0, slash));
  if (address === null) return null;
  const length = tryParseDecimal(text.slice(slash + 1), address.length * 8);
  if (length === null) return null;
  const prefix = { family: familyFromLength(address.length), address, length };
  return isNetwork(prefix) ? prefix : null;
};

/** As `tryParsePrefix`, but throws `CodecError` where that gives null. */
export const parsePrefix = (text: string): Prefix => {
  const prefix = tryParsePrefix(text);
  if (prefix === null) throw new CodecError(`"${text}" is not an IP prefix.`);
  return prefix;
};

/** The canonical text of a prefix. Throws `CodecError` when its address has neither 4 nor 16 octets. */
export const formatPrefix = (prefix: Pick<Prefix, "address" | "length">): string =>
  `${formatAddress(prefix.address)}/${prefix.length}`;

/** Whether the address (4 or 16 octets) lies in the prefix; false across families. Never throws. */
export const prefixContains = (prefix: Prefix, address: Uint8Array): boolean =>
  prefix.address.length === address.length &&
  prefix.address.every((octet, index) => ((octet ^ (address[index] ?? 0)) & octetMask(index, prefix.length)) === 0);
