import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeNeighbour, encodeNeighbour, type NeighbourState } from "../../src/codec/neighbour.ts";
import { RTM } from "../../src/codec/rtnetlink.ts";
import { address, family, index } from "./arbitrary.ts";
import { bytesOf, loadCapture, messageOf } from "./captured.ts";

const { notifications } = loadCapture<{ notifications: readonly string[] }>("rtnetlink-notification");

const states: readonly NeighbourState[] = [
  "none",
  "incomplete",
  "reachable",
  "stale",
  "delay",
  "probe",
  "failed",
  "no-arp",
  "permanent",
];

describe("neighbours", () => {
  test("are read as the kernel tells them", () => {
    const [deleted] = notifications.map(messageOf).filter(({ type }) => type === RTM.DELETE_NEIGHBOUR);
    expect(decodeNeighbour(deleted?.body ?? new Uint8Array())).toEqual({
      family: "ipv6",
      link: 2,
      address: "ff02::2",
      state: "no-arp",
    });
  });

  test("come back as they were written", () => {
    const neighbour = family.chain((of) =>
      fc.record({ family: fc.constant(of), link: index, address: address(of), state: fc.constantFrom(...states) }),
    );
    fc.assert(fc.property(neighbour, (one) => void expect(decodeNeighbour(encodeNeighbour(one))).toEqual(one)));
  });

  test("those of a bridge are passed over", () => {
    expect(decodeNeighbour(bytesOf("070000000200000002000000"))).toBeNull();
  });
});
