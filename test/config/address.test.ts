import { describe, expect, test } from "vitest";
import { canonicalAddress, familyOf, isGateway, isTarget } from "../../src/config/value/address.ts";

test.each([
  ["192.0.2.1", "ipv4"],
  ["2001:db8::1", "ipv6"],
  ["fe80::1%eth0", null],
  ["192.0.2.1/24", null],
  ["192.0.2", null],
  ["example.net", null],
  ["", null],
])("%j is of family %s", (text, family) => {
  expect(familyOf(text)).toBe(family);
});

test("an IPv6 address has one spelling", () => {
  expect(canonicalAddress("2606:4700:4700:0:0:0:0:1111")).toBe("2606:4700:4700::1111");
  expect(canonicalAddress("FE80::A")).toBe("fe80::a");
  expect(canonicalAddress("192.0.2.1")).toBe("192.0.2.1");
});

describe("a target", () => {
  test.each(["9.9.9.9", "10.0.0.1", "198.51.100.7", "2620:fe::fe"])("may be %s", (address) => {
    expect(isTarget(address)).toBe(true);
  });

  test.each(["0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "ff02::1"])(
    "can't be %s",
    (address) => {
      expect(isTarget(address)).toBe(false);
    },
  );
});

test("a gateway may be link-local, but not of the other family", () => {
  expect(isGateway("fe80::1", "ipv6")).toBe(true);
  expect(isGateway("fe80::1", "ipv4")).toBe(false);
  expect(isGateway("192.0.2.1", "ipv6")).toBe(false);
  expect(isGateway("127.0.0.1", "ipv4")).toBe(false);
});
