import type { Family } from "../codec/family.ts";
import { parseAddress } from "../codec/ip.ts";
import { InvariantError } from "../error.ts";
import { AF_INET, AF_INET6 } from "./linux.ts";

/** An address that probes are sent to. */
export interface Target {
  readonly address: Uint8Array;
  /** `struct sockaddr_in` or `sockaddr_in6`; no scope, for the socket is bound to an interface. */
  readonly socketAddress: Uint8Array;
}

interface SocketAddressForm {
  readonly domain: number;
  readonly length: number;
  /** Where the address begins. */
  readonly offset: number;
  readonly addressLength: number;
}

/** `linux/in.h`, `linux/in6.h`. */
const FORM: Readonly<Record<Family, SocketAddressForm>> = {
  ipv4: { domain: AF_INET, length: 16, offset: 4, addressLength: 4 },
  ipv6: { domain: AF_INET6, length: 28, offset: 8, addressLength: 16 },
};

/** A changed config may bring new targets for years; the old ones need not be kept. */
const TARGETS_KEPT = 256;

const makeTarget = (family: Family, text: string): Target => {
  const { domain, length, offset, addressLength } = FORM[family];
  const address = parseAddress(text);
  if (address.length !== addressLength) throw new InvariantError(`${text} is not an ${family} address`);
  const socketAddress = Buffer.alloc(length);
  socketAddress.writeUInt16LE(domain, 0);
  socketAddress.set(address, offset);
  return { address, socketAddress };
};

/** Looks targets up by their text, so that each is parsed once. It throws CodecError, or InvariantError for the other family. */
export const openTargetBook = (family: Family): ((text: string) => Target) => {
  const known = new Map<string, Target>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const target = makeTarget(family, text);
    if (known.size >= TARGETS_KEPT) known.clear();
    known.set(text, target);
    return target;
  };
};

/** Whether the `struct sockaddr` at `at` has the target's address. Never throws. */
export const isSocketAddressOf = (target: Target, bytes: Uint8Array, at: number): boolean => {
  const { address } = target;
  const start = at + (address.length === FORM.ipv4.addressLength ? FORM.ipv4.offset : FORM.ipv6.offset);
  for (let index = 0; index < address.length; index++) if (bytes[start + index] !== address[index]) return false;
  return true;
};
