import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { FAMILIES } from "../../src/core/family.ts";
import type { JournalRecord } from "../../src/shell/journal/record.ts";
import { openRecordReader } from "../../src/shell/journal/record-reader.ts";
import { openRecordWriter } from "../../src/shell/journal/record-writer.ts";
import { kernelState } from "../fake/kernel-state.ts";
import { settingsOf } from "../fake/settings.ts";

const family = fc.constantFrom(...FAMILIES);
const uplink = fc.constantFrom("fiber", "lte", "dsl");
const rttMs = fc.oneof(
  fc.nat(3_000_000).map((micros) => micros / 1e3),
  fc.double({ min: 0, max: 1e4, noNaN: true }),
);
const kernel = fc
  .record({ firewall: fc.option(fc.string({ unit: "grapheme" })), sysctls: fc.dictionary(fc.string(), fc.string()) })
  .map((changes) => ({ ...kernelState(), ...changes }));

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.constantFrom<Event>({ kind: "tick" }, { kind: "kernel-changed" }),
  fc.record({ kind: fc.constant("probe-replied" as const), uplink, family, seq: fc.nat(), rttMs }),
  fc.record({ kind: fc.constant("probe-refused" as const), uplink, family, seq: fc.nat(), error: fc.string() }),
  fc.record({
    kind: fc.constant("traffic-counted" as const),
    counts: fc.array(fc.record({ number: fc.nat(31), family, sent: fc.maxSafeNat(), received: fc.nat() })),
  }),
  fc.record({ kind: fc.constant("kernel-read" as const), kernel }),
  fc.record({ kind: fc.constant("kernel-edited" as const), failures: fc.constant([]), firewall: fc.constant(null) }),
  fc.constant<Event>({ kind: "configured", settings: settingsOf() }),
  fc.record({
    kind: fc.constant("ordered" as const),
    id: fc.nat(),
    order: fc.record({ kind: fc.constant("use" as const), uplink: fc.option(uplink) }),
  }),
);

const now = fc.oneof(
  fc.nat().map((micros) => micros / 1e3),
  fc.double({ min: 0, max: 1e12, noNaN: true }),
);

const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("event" as const), event, now }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("check" as const), fingerprint: fc.nat(0xffff_ffff) }),
  },
);

const write = (records: readonly JournalRecord[], portion: number): Uint8Array[] => {
  const writer = openRecordWriter();
  const portions: Uint8Array[] = [];
  records.forEach((one, index) => {
    if (one.kind === "check") writer.check(one.fingerprint);
    else writer.event(one.event, one.now);
    if (index % portion === portion - 1) portions.push(writer.take().slice());
  });
  return [...portions, writer.take().slice()];
};

const lengthOf = (...events: readonly Event[]): number => {
  const writer = openRecordWriter();
  events.forEach((one, index) => {
    writer.event(one, 1_000_000 + index * 500.123);
  });
  return writer.length();
};

describe("a journal's records", () => {
  test("are read as they were written, whatever happened and when", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (records, portion) => {
        const reader = openRecordReader();
        const read = write(records, portion).flatMap((bytes) => [...reader.read(bytes)]);
        expect(read).toEqual(records);
      }),
    );
  });

  test("take few octets where nothing is new", () => {
    const reply = (seq: number): Event => ({
      kind: "probe-replied",
      uplink: "fiber",
      family: "ipv4",
      seq,
      rttMs: 12.345,
    });
    const read: Event = { kind: "kernel-read", kernel: kernelState() };
    expect(lengthOf(reply(1), reply(2)) - lengthOf(reply(1))).toBe(8);
    expect(lengthOf({ kind: "tick" }, { kind: "tick" }) - lengthOf({ kind: "tick" })).toBe(4);
    expect(lengthOf(read, read) - lengthOf(read)).toBeLessThan(10);
  });
});
