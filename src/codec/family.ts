import { CodecError } from "./codec-error.ts";

/** An address family, as the kernel's messages speak of it. */
export type Family = "ipv4" | "ipv6";

/** `AF_INET` and `AF_INET6` (linux/socket.h), which are `NFPROTO_IPV4` and `NFPROTO_IPV6` too. */
export const FAMILY_NUMBER: Readonly<Record<Family, number>> = { ipv4: 2, ipv6: 10 };

/** `AF_UNSPEC`: in a dump, every family. */
export const ANY_FAMILY = 0;

/** Octets of an address. */
export const ADDRESS_LENGTH: Readonly<Record<Family, number>> = { ipv4: 4, ipv6: 16 };

/** The family with this `AF_` number, null for every other one (bridge, MPLS, multicast routing). Never throws. */
export const familyFromNumber = (number: number): Family | null => {
  if (number === FAMILY_NUMBER.ipv4) return "ipv4";
  return number === FAMILY_NUMBER.ipv6 ? "ipv6" : null;
};

/** The family whose addresses have so many octets. Throws `CodecError` unless there are 4 or 16. */
export const familyFromLength = (length: number): Family => {
  if (length === ADDRESS_LENGTH.ipv4) return "ipv4";
  if (length === ADDRESS_LENGTH.ipv6) return "ipv6";
  throw new CodecError(`An IP address has 4 or 16 octets, not ${length}.`);
};
