import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLinkCounters, encodeLinkCounters } from "../../src/codec/link-counters.ts";
import { index } from "./arbitrary.ts";
import { bytesOf } from "./captured.ts";

test("counters come back as they were written", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/);
  const octets = fc.maxSafeNat();
  fc.assert(
    fc.property(fc.record({ index, name, received: octets, sent: octets }), (counters) => {
      expect(decodeLinkCounters(encodeLinkCounters(counters))).toEqual(counters);
    }),
  );
});

test("a link without a name is refused", () => {
  expect(() => decodeLinkCounters(bytesOf("00000000070000000000000000000000"))).toThrow("link 7 lacks its name");
});
