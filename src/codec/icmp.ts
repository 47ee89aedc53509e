import { CodecError } from "./codec-error.ts";
import type { Family } from "./family.ts";

/** `type` of RFC 792 and RFC 4443 section 4; `code` is 0 in all. */
const TYPE = { ipv4: { request: 8, reply: 0 }, ipv6: { request: 128, reply: 129 } } as const;

/** type, code, checksum, identifier, sequence number. */
const HEADER_LENGTH = 8;

const NONCE_LENGTH = 8;

/** Octets of an echo message with its nonce: 36 with the IPv4 header, 56 with the IPv6 one. */
export const ECHO_LENGTH = HEADER_LENGTH + NONCE_LENGTH;

/** Where an IPv4 header says how long it is, in words of four octets (RFC 791 section 3.1). */
const HEADER_WORDS_MASK = 0x0f;

/** An echo request or reply. */
export interface Echo {
  readonly kind: "request" | "reply";
  /** 0..65535. A ping socket (`SOCK_DGRAM`) puts its own in place of it. */
  readonly identifier: number;
  /** 0..65535. */
  readonly sequence: number;
  /** The two halves of a nonce, each 0..2^32 - 1. They come back as they were sent, which tells our probes from others. */
  readonly nonceHigh: number;
  readonly nonceLow: number;
}

/**
 * The Internet checksum (RFC 1071) of all octets, an odd last one padded with zero: 0..65535. Of a message that holds
 * its own checksum it is 0. Never throws.
 */
export const checksum = (bytes: Uint8Array): number => {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

/**
 * An echo message of 16 octets. In ICMPv6 the checksum is left at 0: it covers the addresses, and the kernel fills it in
 * (RFC 3542 section 3.1). Written into `bytes` and returned, so that whoever sends many may use one buffer. Never throws.
 */
export const encodeEcho = (family: Family, echo: Echo, bytes: Uint8Array = new Uint8Array(ECHO_LENGTH)): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, ECHO_LENGTH);
  view.setUint16(0, TYPE[family][echo.kind] << 8);
  view.setUint16(2, 0);
  view.setUint16(4, echo.identifier);
  view.setUint16(6, echo.sequence);
  view.setUint32(HEADER_LENGTH, echo.nonceHigh);
  view.setUint32(HEADER_LENGTH + 4, echo.nonceLow);
  if (family === "ipv4") view.setUint16(2, checksum(bytes));
  return bytes;
};

const kindOf = (family: Family, type: number): Echo["kind"] | null => {
  if (type === TYPE[family].reply) return "reply";
  return type === TYPE[family].request ? "request" : null;
};

/**
 * The echo message in an ICMP packet without IP header; null where it is another message or too short to be ours.
 * The kernel has checked the checksum. Never throws.
 */
export const decodeEcho = (family: Family, packet: Uint8Array): Echo | null => {
  const kind = kindOf(family, packet[0] ?? -1);
  if (kind === null || packet[1] !== 0 || packet.length < ECHO_LENGTH) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, ECHO_LENGTH);
  return {
    kind,
    identifier: view.getUint16(4),
    sequence: view.getUint16(6),
    nonceHigh: view.getUint32(HEADER_LENGTH),
    nonceLow: view.getUint32(HEADER_LENGTH + 4),
  };
};

/** What follows the IPv4 header, which raw IPv4 sockets deliver with each packet: a view. Throws `CodecError`. */
export const withoutIPv4Header = (packet: Uint8Array): Uint8Array => {
  const length = ((packet[0] ?? 0) & HEADER_WORDS_MASK) * 4;
  if (length < 20 || length > packet.length) throw new CodecError(`An IPv4 header can't have ${length} octets here.`);
  return packet.subarray(length);
};
