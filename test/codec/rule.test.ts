import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANY_PACKET, addRule, decodeRule, deleteRule, encodeRule, type RuleMessage } from "../../src/codec/rule.ts";
import { address, family, prefix, u32 } from "./arbitrary.ts";
import { bodyOf, bytesOf, type Dump, type Exchange, loadCapture, messageOf } from "./captured.ts";

const dump = loadCapture<Dump>("rtnetlink-dump");
const { requests } = loadCapture<{ requests: Record<string, Exchange> }>("rtnetlink-request");

const base = { ...ANY_PACKET, priority: 18700, protocol: 87, table: 8701, suppressPrefixLength: null };
const marked = { mark: 0x01000000, mask: 0x1f000000 };

const expected: Record<string, RuleMessage> = {
  "rule-mark-v4": { ...base, ...marked, family: "ipv4", table: 254, suppressPrefixLength: 0 },
  "rule-mark-v6": { ...base, ...marked, family: "ipv6", priority: 18701 },
  "rule-from-v4": { ...base, family: "ipv4", priority: 18702, from: "203.0.113.2" },
  "rule-from-v6": { ...base, family: "ipv6", priority: 18702, from: "2001:db8:a::/64" },
};

const row = (rule: RuleMessage | null): string =>
  rule === null ? "none" : `${rule.priority}: ${rule.from ?? rule.mark.toString(16)} ${rule.table} ${rule.protocol}`;

describe("rules", () => {
  test("are read as the kernel lists them", () => {
    expect([...dump.rulesIPv4, ...dump.rulesIPv6].map((rule) => row(decodeRule(bodyOf(rule))))).toEqual([
      "0: 0 255 2",
      "18700: 1000000 254 87",
      "18702: 203.0.113.2 8701 87",
      "32766: 0 254 2",
      "32767: 0 253 2",
      "0: 0 255 2",
      "18701: 1000000 8701 87",
      "18702: 2001:db8:a::/64 8701 87",
      "32766: 0 254 2",
    ]);
    expect(decodeRule(bodyOf(dump.rulesIPv4[1] ?? ""))).toEqual(expected["rule-mark-v4"]);
  });

  test.each(Object.entries(expected))("iproute2 asks for %s in words that say the same as ours", (name, rule) => {
    const { type, flags, body } = messageOf(requests[name]?.request ?? "");
    const ours = addRule(rule);
    expect(decodeRule(body)).toEqual(rule);
    expect(decodeRule(ours.body)).toEqual(rule);
    expect([ours.type, ours.flags | 5]).toEqual([type, flags]);
  });

  test("come back as they were written", () => {
    const byMark = fc.record({ mark: u32, mask: fc.integer({ min: 1, max: 0xffffffff }) });
    const rule = family.chain((of) =>
      fc
        .record({
          family: fc.constant(of),
          priority: u32,
          protocol: fc.nat(255),
          from: fc.option(
            fc.oneof(
              address(of),
              prefix(of).filter((text) => !/\/(32|128)$/.test(text)),
            ),
          ),
          to: fc.option(address(of)),
          input: fc.option(fc.constantFrom("lo", "br-guest")),
          output: fc.option(fc.constantFrom("eth0", "ppp0")),
          sourcePorts: fc.option(fc.constant({ first: 10_000, last: 20_000 })),
          transport: fc.option(fc.integer({ min: 1, max: 255 })),
          ports: fc.option(fc.record({ first: fc.integer({ min: 1, max: 65_535 }), last: fc.nat(65_535) })),
          table: fc.integer({ min: 1, max: 0xffffffff }),
          suppressPrefixLength: fc.option(fc.nat(128)),
          selector: fc.oneof(byMark, fc.constant({ mark: 0, mask: 0 })),
        })
        .map(({ selector, ...rest }) => ({ ...rest, ...selector })),
    );
    fc.assert(fc.property(rule, (one) => void expect(decodeRule(encodeRule(one))).toEqual(one)));
  });

  test("those that don't look up a table, or are for multicast routing, are passed over", () => {
    expect(decodeRule(bytesOf("020000000000000600000000"))).toBeNull();
    expect(decodeRule(bytesOf("80000000fd00000100000000"))).toBeNull();
  });

  test("a deletion names the rule", () => {
    const rule = { ...base, ...marked, family: "ipv4" } as const;
    expect(deleteRule(rule)).toMatchObject({ operation: "delete the rule 18700", type: 33, flags: 0 });
  });
});
