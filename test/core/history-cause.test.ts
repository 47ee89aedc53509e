import { expect, test } from "vitest";
import type { PastEvent } from "../../src/core/history/answer.ts";
import { causesIn } from "../../src/core/history/cause.ts";

const event = (at: number, kind: string, family: PastEvent["family"] = "ipv4"): PastEvent => ({
  ...{ at, kind, family, importance: "info", uplink: "fiber", text: `${kind} at ${at}`, evidence: null },
});

test("the last switch of a family is told with what came before it in that family, and nothing after it", () => {
  const events = [
    event(1000, "switched"),
    event(900_000, "diverted"),
    event(901_000, "verdict-changed", "ipv6"),
    event(903_000, "verdict-changed"),
    event(903_000, "switched"),
    event(950_000, "verdict-changed"),
  ];
  expect(causesIn(events)).toEqual([{ family: "ipv4", at: 903_000, events: [events[1], events[3], events[4]] }]);
});

test("after much flapping its end is told", () => {
  const [cause] = causesIn(Array.from({ length: 50 }, (_, index) => event(index * 1000, "switched")));
  expect(cause?.events).toHaveLength(12);
  expect(cause?.events.at(-1)?.at).toBe(49_000);
});
