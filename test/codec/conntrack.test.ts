import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFlow, encodeFlow, flushFlows, listFlows, setMark } from "../../src/codec/conntrack.ts";
import { FLAG } from "../../src/codec/netlink.ts";
import { family, u32 } from "./arbitrary.ts";
import { bodyOf, bytesOf, loadCapture, messageOf } from "./captured.ts";

interface Capture {
  readonly flowsIPv4: readonly string[];
  readonly flowsIPv6: readonly string[];
  readonly filteredRequest: string;
}

const capture = loadCapture<Capture>("conntrack");

const hexadecimal = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("flows", () => {
  test("are read as the kernel lists them", () => {
    const flows = [...capture.flowsIPv4, ...capture.flowsIPv6].map((flow) => decodeFlow(bodyOf(flow)));
    expect(flows).toMatchObject([
      { family: "ipv4", mark: 0x01000005, zone: 0, id: 4023202452 },
      { family: "ipv4", mark: 0x22000000, zone: 7 },
      { family: "ipv6", mark: 0x01000007, zone: 0 },
    ]);
    expect(hexadecimal(flows[0]?.original ?? new Uint8Array())).toContain("c0a80102");
  });

  test("come back as they were written", () => {
    const original = fc.uint8Array({ minLength: 4, maxLength: 60 });
    const zone = fc.nat(0xffff);
    fc.assert(
      fc.property(fc.record({ family, original, mark: u32, id: u32, zone }), (flow) => {
        expect(decodeFlow(encodeFlow(flow))).toEqual(flow);
      }),
    );
  });

  test("the flow outlives the buffer that it was read from", () => {
    const body = bodyOf(capture.flowsIPv4[0] ?? "").slice();
    const flow = decodeFlow(body);
    const before = hexadecimal(flow?.original ?? new Uint8Array());
    body.fill(0xff);
    expect(hexadecimal(flow?.original ?? new Uint8Array())).toBe(before);
  });

  test("a filter says the same as that of the conntrack command, but with a version that makes a flush heed the family", () => {
    const theirs = messageOf(capture.filteredRequest);
    const ours = listFlows({ mark: 0x01000000, mask: 0x1f000000, family: "ipv4" });
    expect([ours.type, ours.flags | FLAG.REQUEST]).toEqual([theirs.type, theirs.flags]);
    expect(hexadecimal(ours.body)).toBe(hexadecimal(theirs.body).replace(/^0200/, "0201"));
  });

  test("a flush without family and mask takes everything", () => {
    expect(flushFlows({ mark: 0, mask: 0, family: null }).body).toEqual(bytesOf("00010000"));
  });

  test("a change of mark names the flow and touches only the bits of the mask", () => {
    const flow = { family: "ipv4", original: bytesOf("0800010000000000"), mark: 5, id: 9, zone: 7 } as const;
    const { body } = setMark(flow, { mark: 0, mask: 0x3f000000 });
    expect(hexadecimal(body)).toBe(
      "02010000" + "0c0001800800010000000000" + "0600120000070000" + "0800080000000000" + "080015003f000000",
    );
  });

  test("what has no original direction is refused, what isn't IP is passed over", () => {
    expect(() => decodeFlow(bytesOf("02000000"))).toThrow("original direction");
    expect(decodeFlow(bytesOf("07000000"))).toBeNull();
  });
});
