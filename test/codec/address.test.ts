import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AddressMessage, decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { address, family, index } from "./arbitrary.ts";
import { bodyOf, bytesOf, type Dump, loadCapture } from "./captured.ts";

const dump = loadCapture<Dump>("rtnetlink-dump");

const row = (message: AddressMessage | null): string => {
  if (message === null) return "none";
  const states = (["global", "tentative", "duplicate", "deprecated"] as const).filter((state) => message[state]);
  return [message.link, `${message.address}/${message.prefixLength}`, ...states].join(" ");
};

describe("addresses", () => {
  test("are read as the kernel lists them", () => {
    expect(dump.addresses.map((one) => row(decodeAddress(bodyOf(one))))).toEqual([
      "1 127.0.0.1/8",
      "3 203.0.113.2/30 global",
      "5 198.51.100.2/24 global",
      "6 10.64.0.2/32 global",
      "1 ::1/128",
      "2 2001:db8:c::2/64 global tentative",
      "2 fe80::d0fa:49ff:fe1b:f97b/64 tentative",
      "3 2001:db8:b::2/64 global deprecated",
      "3 2001:db8:a::2/64 global",
      "3 fe80::f8d3:13ff:fe6a:9349/64 tentative",
    ]);
  });

  test("come back as they were written", () => {
    const [global, tentative, duplicate, deprecated] = [fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()];
    const message = family.chain((of) =>
      fc.record({
        family: fc.constant(of),
        link: index,
        address: address(of),
        prefixLength: fc.nat(of === "ipv4" ? 32 : 128),
        global,
        tentative,
        duplicate,
        deprecated,
      }),
    );
    fc.assert(fc.property(message, (one) => void expect(decodeAddress(encodeAddress(one))).toEqual(one)));
  });

  test("those of other protocols are passed over", () => {
    expect(decodeAddress(bytesOf("1108000001000000"))).toBeNull();
  });
});
