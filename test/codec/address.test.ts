import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AddressMessage,
  addAddress,
  decodeAddress,
  deleteAddress,
  encodeAddress,
} from "../../src/codec/address.ts";
import { address, family, index } from "./arbitrary.ts";
import { bodyOf, bytesOf, type Dump, loadCapture } from "./captured.ts";

const dump = loadCapture<Dump>("rtnetlink-dump");

const row = (message: AddressMessage | null): string => {
  if (message === null) return "none";
  const states = (["global", "tentative", "duplicate", "deprecated"] as const).filter((state) => message[state]);
  return [message.link, `${message.address}/${message.prefixLength}`, ...states].join(" ");
};

const DETAILS = {
  family: "ipv4",
  link: 7,
  global: true,
  tentative: false,
  duplicate: false,
  deprecated: false,
  protocol: 0,
} as const;

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
        peer: fc.constant(null),
        prefixLength: fc.nat(of === "ipv4" ? 32 : 128),
        global,
        tentative,
        duplicate,
        deprecated,
        protocol: fc.nat(255),
      }),
    );
    fc.assert(fc.property(message, (one) => void expect(decodeAddress(encodeAddress(one))).toEqual(one)));
  });

  test("on a point-to-point link the other end's stands beside our own", () => {
    const ends = { ...DETAILS, address: "10.99.0.2", peer: "10.99.0.1", prefixLength: 32 };
    expect(decodeAddress(encodeAddress(ends))).toEqual(ends);
  });

  test("of ours say whose they are, and serve without duplicate address detection", () => {
    const ours = { family: "ipv6", link: 7, address: "2001:db8::2", prefixLength: 64, protocol: 87 } as const;
    for (const { body } of [addAddress(ours), deleteAddress(ours)]) expect(decodeAddress(body)).toMatchObject(ours);
    expect([addAddress(ours), deleteAddress(ours)].map(({ body }) => body[2])).toEqual([0x02, 0]);
  });

  test("those of other protocols are passed over", () => {
    expect(decodeAddress(bytesOf("1108000001000000"))).toBeNull();
  });
});
