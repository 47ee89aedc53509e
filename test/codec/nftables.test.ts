import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader } from "../../src/codec/cursor.ts";
import {
  concernsInetTable,
  decodeCounter,
  decodeTableChange,
  encodeCounter,
  listCounters,
} from "../../src/codec/nftables.ts";
import { bodyOf, bytesOf, loadCapture, messageOf } from "./captured.ts";

interface Capture {
  readonly counters: readonly string[];
  readonly listRequests: readonly string[];
  readonly notifications: readonly string[];
}

const capture = loadCapture<Capture>("nftables");

const numberIn = (octets: Uint8Array): number => Number(new ByteReader(octets).u64be());

describe("named counters", () => {
  test("are found as the kernel lists them, other objects are passed over", () => {
    const counters = capture.counters.map((counter) => decodeCounter(bodyOf(counter)));
    expect(counters.map((counter) => counter && [counter.name, numberIn(counter.packets)])).toEqual([
      ["uplink1_ipv4_sent", 5],
      ["uplink1_ipv4_received", 0],
      null,
    ]);
  });

  test("come back as they were written", () => {
    const text = fc.stringMatching(/^[a-z][a-z0-9_]{0,30}$/);
    const number = fc.maxSafeNat();
    fc.assert(
      fc.property(text, fc.record({ name: text, packets: number, bytes: number }), (table, counter) => {
        const { name, packets } = decodeCounter(encodeCounter(table, counter)) ?? expect.fail();
        expect([name, numberIn(packets)]).toEqual([counter.name, counter.packets]);
      }),
    );
  });

  test("are asked for as nft does, but counters only", () => {
    const theirs = messageOf(capture.listRequests.at(-1) ?? "");
    const ours = listCounters("wan_failover");
    expect(ours.type).toBe(theirs.type);
    expect(Buffer.from(ours.body).toString("hex")).toContain(Buffer.from(theirs.body.subarray(4)).toString("hex"));
  });

  test("one without its numbers is refused", () => {
    expect(() => decodeCounter(bytesOf("010000000800030000000001"))).toThrow("lacks");
  });
});

describe("changes", () => {
  test("name their table, whatever they are about", () => {
    const changes = capture.notifications.map(messageOf).map(decodeTableChange);
    expect(changes.map((change) => change && `${change.command} ${change.family} ${change.table}`)).toEqual([
      "0 2 other",
      "3 2 other",
      "6 2 other",
      "3 1 wan_failover",
      "6 1 wan_failover",
      null,
      "8 2 other",
      "5 2 other",
      "2 2 other",
      null,
    ]);
    expect(changes.filter((change) => change && concernsInetTable(change, "wan_failover"))).toHaveLength(2);
  });

  test("those of other subsystems are passed over", () => {
    expect(decodeTableChange({ type: 0x0100, body: bytesOf("02000000") })).toBeNull();
  });
});
