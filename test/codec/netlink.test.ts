import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/codec/cursor.ts";
import { CONTROL, decodeMessages, decodeOutcome, encodeMessage, FLAG } from "../../src/codec/netlink.ts";
import { u32 } from "./arbitrary.ts";
import { bytesOf, type Dump, type Exchange, loadCapture, messageOf } from "./captured.ts";

const { requests } = loadCapture<{ requests: Record<"default-v4" | "refused", Exchange> }>("rtnetlink-request");
const dump = loadCapture<Dump>("rtnetlink-dump");

const u16 = fc.nat(0xffff);
const message = fc.record({ type: u16, flags: u16, sequence: u32, port: u32, body: fc.uint8Array({ maxLength: 50 }) });

describe("messages", () => {
  test("a batch comes back as it was written", () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const bytes = Buffer.concat(messages.map(encodeMessage));
        expect(decodeMessages(new Uint8Array(bytes))).toEqual(messages);
      }),
    );
  });

  test("a multipart answer ends with its own message", () => {
    const messages = decodeMessages(bytesOf(dump.wholeReceive));
    expect(messages).toHaveLength(6);
    expect(messages.every(({ flags }) => flags & FLAG.MULTI)).toBe(true);
    expect(messages.map(decodeOutcome)).toEqual([null, null, null, null, null, { errno: 0, text: null }]);
  });

  test("whatever comes, it is decoded or refused as malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeMessages(bytes).map(decodeOutcome);
        } catch (error) {
          expect(error).toHaveProperty("code", "malformed-message");
        }
      }),
    );
  });

  test("a message that is cut off is refused", () => {
    expect(() => decodeMessages(bytesOf(dump.wholeReceive).subarray(0, 300))).toThrow("octets were due");
  });
});

describe("outcomes", () => {
  test("an acknowledgement is a success", () => {
    expect(decodeOutcome(messageOf(requests["default-v4"].reply))).toEqual({ errno: 0, text: null });
  });

  test("a refusal carries the kernel's words", () => {
    const refused = messageOf(requests.refused.reply);
    expect(decodeOutcome(refused)).toEqual({ errno: 101, text: "Nexthop has invalid gateway" });
  });

  test("a refusal that repeats only the request's header carries them too", () => {
    const [request, reply] = [bytesOf(requests.refused.request), bytesOf(requests.refused.reply)];
    const capped = Buffer.concat([reply.subarray(0, 36), reply.subarray(20 + request.length)]);
    capped.writeUInt32LE(capped.length, 0);
    capped.writeUInt16LE(FLAG.ACK_ATTRIBUTES | FLAG.CAPPED, 6);
    expect(decodeOutcome(messageOf(capped.toString("hex")))).toEqual({
      errno: 101,
      text: "Nexthop has invalid gateway",
    });
  });

  test.each([
    ["the end of a dump without a number", CONTROL.DONE, [], { errno: 0, text: null }],
    ["a dump that failed", CONTROL.DONE, [-2], { errno: 2, text: null }],
    ["an overrun", CONTROL.OVERRUN, [], { errno: 105, text: null }],
    ["a message that says nothing", CONTROL.NOOP, [], null],
  ])("%s", (_, type, numbers, outcome) => {
    const writer = new ByteWriter();
    for (const number of numbers) writer.u32(number);
    expect(decodeOutcome({ type, flags: 0, sequence: 1, port: 0, body: writer.finish() })).toEqual(outcome);
  });

  test("a positive error number is malformed", () => {
    const body = new ByteWriter().u32(5).finish();
    expect(() => decodeOutcome({ type: CONTROL.ERROR, flags: 0, sequence: 1, port: 0, body })).toThrow("positive");
  });
});
