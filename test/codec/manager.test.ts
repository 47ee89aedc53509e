import fc from "fast-check";
import { expect, test } from "vitest";
import { activeCallsIn, decodeMessages, encodeAction } from "../../src/codec/manager.ts";

test("an action is fields and an empty line, and no value begins another field", () => {
  expect(encodeAction({ Action: "Login", Secret: "a\r\nAction: Originate" })).toBe(
    "Action: Login\r\nSecret: a Action: Originate\r\n\r\n",
  );
});

test("the greeting, an answer and an event are told apart, also in pieces", () => {
  const text =
    "Asterisk Call Manager/9.0.0\r\nResponse: Success\r\nActionID: 1\r\nOutput: a\r\nOutput: b\r\n\r\nEvent: FullyBooted\r\n\r\nResp";
  expect(decodeMessages(text)).toEqual({
    messages: [{ response: "Success", actionid: "1", output: "a\nb" }, { event: "FullyBooted" }],
    rest: "Resp",
  });
});

test("any text is taken", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(typeof decodeMessages(text).rest).toBe("string");
      expect(activeCallsIn(text)).not.toBeNaN();
    }),
  );
});
