import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addressFamily,
  canonicalAddress,
  formatAddress,
  formatPrefix,
  parseAddress,
  parsePrefix,
  prefixContains,
  tryParseAddress,
  tryParsePrefix,
} from "../../src/codec/ip.ts";
import { addressBytes, family, prefix } from "./arbitrary.ts";

describe("addresses", () => {
  // The examples of RFC 5952 sections 4 and 5, and the corners of ours.
  test.each([
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:DB8::AbCd", "2001:db8::abcd"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["1::2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["0:0:0:0:0:ffff:c000:0201", "::ffff:192.0.2.1"],
    ["::13.1.68.3", "::d01:4403"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["255.255.255.255", "255.255.255.255"],
    ["0.0.0.0", "0.0.0.0"],
  ])("%s is written %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4 ",
    "1.2.3.-4",
    "1.2.3.4e0",
    "0x1.2.3.4",
    ":",
    ":::",
    "1::2::3",
    ":1::2",
    "1::2:",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "::g",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "fe80::1%eth0",
    "[::1]",
    "default",
  ])("'%s' is not an address", (text) => {
    expect(tryParseAddress(text)).toBeNull();
    expect(addressFamily(text)).toBeNull();
    expect(() => parseAddress(text)).toThrow("is not an IP address");
  });

  test("text and octets are two forms of the same", () => {
    fc.assert(
      fc.property(family.chain(addressBytes), (bytes) => {
        const text = formatAddress(bytes);
        expect(parseAddress(text)).toEqual(bytes);
        expect(canonicalAddress(text)).toBe(text);
        expect(isIP(text)).toBe(bytes.length === 4 ? 4 : 6);
      }),
    );
  });

  test("Node agrees on what is an address", () => {
    const piece = fc.constantFrom("0", "1", "ff", "255", "256", "00", "fffff", ":", "::", ".", "1.2.3.4");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 17 }), (pieces) => {
        const text = pieces.join("");
        expect(tryParseAddress(text) !== null).toBe(isIP(text) !== 0);
      }),
      { numRuns: 5000 },
    );
  });

  test("five octets are no address", () => {
    expect(() => formatAddress(new Uint8Array(5))).toThrow("4 or 16 octets, not 5");
  });
});

describe("prefixes", () => {
  test("text and prefix are two forms of the same", () => {
    fc.assert(
      fc.property(family.chain(prefix), (text) => {
        expect(formatPrefix(parsePrefix(text))).toBe(text);
      }),
    );
  });

  test.each([
    "10.0.0.0",
    "10.0.0.0/33",
    "10.0.0.1/24",
    "2001:db8::1/64",
    "::/129",
    "10.0.0.0/",
    "10.0.0.0/08",
    "/8",
    "x/8",
  ])("'%s' is not a prefix", (text) => {
    expect(tryParsePrefix(text)).toBeNull();
    expect(() => parsePrefix(text)).toThrow("is not an IP prefix");
  });

  test.each([
    ["192.168.5.0/24", "192.168.5.255", true],
    ["192.168.5.0/24", "192.168.6.0", false],
    ["203.0.113.0/30", "203.0.113.3", true],
    ["203.0.113.0/30", "203.0.113.4", false],
    ["0.0.0.0/0", "8.8.8.8", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["10.0.0.1/32", "10.0.0.1", true],
    ["fe80::/10", "febf::1", true],
    ["fe80::/10", "fec0::1", false],
  ])("whether %s holds %s: %s", (text, address, holds) => {
    expect(prefixContains(parsePrefix(text), parseAddress(address))).toBe(holds);
  });
});
