import fc from "fast-check";
import { formatAddress, formatPrefix } from "../../src/codec/ip.ts";

/** Things to try at random, in the spelling that our decoders use. */
const octets = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });

export const family = fc.constantFrom("ipv4" as const, "ipv6" as const);

export const u32 = fc.integer({ min: 0, max: 0xffffffff });

export const index = fc.integer({ min: 1, max: 0x7fffffff });

/** Of IPv6, half have a run of zeros. */
export const addressBytes = (of: "ipv4" | "ipv6"): fc.Arbitrary<Uint8Array> => {
  if (of === "ipv4") return octets(4);
  const gap = fc.record({ bytes: octets(16), from: fc.nat(15), to: fc.nat(16) });
  return fc.oneof(
    octets(16),
    gap.map(({ bytes, from, to }) => bytes.fill(0, from, to)),
  );
};

export const address = (of: "ipv4" | "ipv6"): fc.Arbitrary<string> => addressBytes(of).map(formatAddress);

const withoutHostBits = (bytes: Uint8Array, length: number): Uint8Array =>
  bytes.map((octet, at) => octet & (0xff00 >> Math.min(8, Math.max(0, length - at * 8))) & 0xff);

/** Prefixes of 1 bit and more. */
export const prefix = (of: "ipv4" | "ipv6"): fc.Arbitrary<string> =>
  fc
    .record({ bytes: addressBytes(of), length: fc.integer({ min: 1, max: of === "ipv4" ? 32 : 128 }) })
    .map(({ bytes, length }) => formatPrefix({ address: withoutHostBits(bytes, length), length }));
