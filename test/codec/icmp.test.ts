import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksum, decodeEcho, ECHO_LENGTH, encodeEcho, withoutIPv4Header } from "../../src/codec/icmp.ts";
import { family, u32 } from "./arbitrary.ts";
import { bytesOf } from "./captured.ts";

const u16 = fc.nat(0xffff);
const echo = fc.record({
  kind: fc.constantFrom("request" as const, "reply" as const),
  identifier: u16,
  sequence: u16,
  nonceHigh: u32,
  nonceLow: u32,
});

describe("the checksum", () => {
  // The example of RFC 1071 section 3, an odd length, and sums that carry.
  test.each([
    ["0001f203f4f5f6f7", 0x220d],
    ["01", 0xfeff],
    ["", 0xffff],
    ["ffffffff", 0],
    ["ffff0001", 0xfffe],
  ])("of %s is right", (bytes, sum) => {
    expect(checksum(bytesOf(bytes))).toBe(sum);
  });

  test("of a message that holds its own is 0", () => {
    fc.assert(fc.property(echo, (one) => void expect(checksum(encodeEcho("ipv4", one))).toBe(0)));
  });
});

describe("echo messages", () => {
  test("come back as they were written", () => {
    fc.assert(fc.property(family, echo, (of, one) => void expect(decodeEcho(of, encodeEcho(of, one))).toEqual(one)));
  });

  test("have the form of RFC 792, and 36 octets with the IPv4 header", () => {
    const request = { kind: "request", identifier: 1, sequence: 2, nonceHigh: 3, nonceLow: 4 } as const;
    expect(Buffer.from(encodeEcho("ipv4", request)).toString("hex")).toBe("0800f7f5000100020000000300000004");
    expect(20 + ECHO_LENGTH).toBe(36);
  });

  test("of ICMPv6 leave the checksum to the kernel", () => {
    const request = { kind: "request", identifier: 1, sequence: 2, nonceHigh: 3, nonceLow: 4 } as const;
    expect(Buffer.from(encodeEcho("ipv6", request)).toString("hex")).toBe("80000000000100020000000300000004");
  });

  test.each([
    ["an unreachable", "03010000000000000000000000000000"],
    ["a reply too short to be ours", "00000000000100020000000300"],
    ["a reply with a code", "00010000000100020000000300000004"],
    ["nothing", ""],
  ])("%s is no echo message", (_, bytes) => {
    expect(decodeEcho("ipv4", bytesOf(bytes))).toBeNull();
  });

  test("a longer reply is read up to the nonce", () => {
    expect(decodeEcho("ipv4", bytesOf("00000000000100020000000300000004ffff"))?.nonceLow).toBe(4);
  });
});

describe("the IPv4 header", () => {
  test("is taken off, with its options", () => {
    expect(withoutIPv4Header(Uint8Array.from([0x46, ...new Array(23).fill(0), 9]))).toEqual(Uint8Array.from([9]));
  });

  test.each([[[]], [[0x41]], [[0x45, 0, 0]]])("%j is refused", (octets) => {
    expect(() => withoutIPv4Header(Uint8Array.from(octets))).toThrow("header");
  });
});
