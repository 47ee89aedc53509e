import { ADDRESS_LENGTH, type Family, familyFromLength } from "../../codec/family.ts";
import { parseAddress } from "../../codec/ip.ts";
import { InvariantError } from "../../error.ts";
import { makeSocketAddress, SOCKET_ADDRESS } from "../libc/socket-address.ts";

/** An address that probes are sent to. */
export interface Target {
  readonly address: Uint8Array;
  /** `struct sockaddr_in` or `sockaddr_in6`. */
  readonly socketAddress: Uint8Array;
}

/** A changed config may bring new targets for years; the old ones need not be kept. */
const TARGETS_KEPT = 256;

const makeTarget = (family: Family, text: string): Target => {
  const address = parseAddress(text);
  if (address.length !== ADDRESS_LENGTH[family]) throw new InvariantError(`${text} is not an ${family} address`);
  return { address, socketAddress: makeSocketAddress(address, 0) };
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
  const start = at + SOCKET_ADDRESS[familyFromLength(address.length)].offset;
  for (let index = 0; index < address.length; index++) if (bytes[start + index] !== address[index]) return false;
  return true;
};
