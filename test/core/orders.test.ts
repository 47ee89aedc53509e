import { expect, test } from "vitest";
import { blackhole, ordered } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { Script } from "../sim/happening.ts";

const QUICK = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 60_000 });
const MANUAL = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 10_000, failback: "manual" });
const TEST = ordered({ kind: "test", uplink: null, forMs: null });
const FAILBACK = ordered({ kind: "failback" });
const useUplink = (uplink: string | null) => ordered({ kind: "use", uplink });

test("a test moves traffic while the primary works, and returns by itself", () => {
  const story = tellStory({ settings: QUICK, happens: [[20_000, TEST]], untilMs: 100_000 });
  expect(story.answers).toMatchObject([{ accepted: true }]);
  expect(story.answers[0]?.message).toBe(
    "Testing: traffic goes over lte for 60 s; `wan-failover failback` ends it sooner.",
  );
  expect(story.outs()).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.outSince("wwan0", 20_000) - 20_000).toBeLessThan(10);
  expect(story.outSince("eth0", 21_000) - 80_000).toBeLessThan(10);
  expect(story.switches().map(({ reason }) => reason)).toEqual([
    "fiber is the best uplink that works",
    "a test of lte was ordered",
    "the order has ended, and fiber is preferred",
  ]);
  expect(story.status(30_000).test).toMatchObject({ uplink: "lte" });
  expect(story.flushes).toEqual([]);
});

test("a test without a hold to take its length from has to be given one", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE], { holdAfterFailoverMs: 0 }),
    happens: [
      [20_000, TEST],
      [21_000, ordered({ kind: "test", uplink: null, forMs: 5000 })],
    ],
    untilMs: 30_000,
  });
  expect(story.answers).toMatchObject([
    { accepted: false, message: "`holdAfterFailover` is 0s: say for how long, such as `--for 2m`." },
    { accepted: true },
  ]);
});

test("a test is ended sooner by a failback", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, TEST],
      [30_000, FAILBACK],
    ],
    untilMs: 40_000,
  });
  expect(story.answers[1]).toMatchObject({ accepted: true, message: "The test is over; traffic goes back." });
  expect(story.outSince("eth0", 21_000) - 30_000).toBeLessThan(10);
});

test("on the secondary, a test tries the way back within the hold: it stays if it holds, and is left if it fails", () => {
  const wayBack = (fails: Script) =>
    tellStory({
      happens: [
        [20_000, blackhole("fiber", 10_000)],
        [120_000, ordered({ kind: "test", uplink: null, forMs: 30_000 })],
        ...fails,
      ],
      untilMs: 200_000,
    });
  const good = wayBack([]);
  expect(good.outs(10_000)).toEqual(["eth0", "wwan0", "eth0"]);
  expect(good.outSince("eth0", 110_000)).toBeLessThan(120_010);
  const bad = wayBack([[130_000, blackhole("fiber")]]);
  expect(bad.outs(10_000)).toEqual(["eth0", "wwan0", "eth0", "wwan0"]);
  expect(bad.outSince("wwan0", 130_000)).toBeLessThan(132_000);
});

test("a test ends when its uplink fails", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, TEST],
      [30_000, blackhole("lte")],
    ],
    untilMs: 60_000,
  });
  expect(story.outs()).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.outSince("eth0", 30_000)).toBeLessThan(32_000);
  expect(story.status(40_000).test).toBeNull();
});

test("a failure of the primary during a test leaves traffic where it is", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, TEST],
      [60_000, blackhole("fiber")],
    ],
    untilMs: 100_000,
  });
  expect(story.outs()).toEqual(["eth0", "wwan0"]);
});

test.each([
  { order: { kind: "test", uplink: "dsl", forMs: null }, message: "There is no uplink dsl; there are: fiber, lte." },
  { order: { kind: "test", uplink: "fiber", forMs: null }, message: "fiber carries the traffic already." },
  { order: { kind: "test", uplink: null, forMs: null }, message: "No standby works, so there is nothing to test." },
  {
    order: { kind: "test", uplink: "lte", forMs: null },
    message:
      /^lte does not work now \(\d+ probes to 3 targets unanswered for \d\.\d s; upstream: its gateway answers\), so it is not tested\.$/,
  },
  { order: { kind: "failback" }, message: "There is no better uplink that works, so nothing to go back to." },
  { order: { kind: "use", uplink: "dsl" }, message: "There is no uplink dsl; there are: fiber, lte." },
] as const)("$order.kind $order.uplink is refused where it makes no sense", ({ order, message }) => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [10_000, blackhole("lte")],
      [30_000, ordered(order)],
    ],
    untilMs: 40_000,
  });
  expect(story.answers).toMatchObject([{ accepted: false }]);
  expect(story.answers[0]?.message).toMatch(message);
  expect(story.outs()).toEqual(["eth0"]);
});

test("a manual failback waits for a person", () => {
  const story = tellStory({
    settings: MANUAL,
    happens: [
      [20_000, blackhole("fiber", 10_000)],
      [120_000, FAILBACK],
    ],
    untilMs: 140_000,
  });
  expect(story.status(119_000).families.ipv4.waiting).toBe("fiber works again; failback is manual");
  expect(story.out(119_999)).toBe("wwan0");
  expect(story.answers).toMatchObject([{ accepted: true, message: "Traffic goes back to the preferred uplink." }]);
  expect(story.outSince("eth0", 119_000) - 120_000).toBeLessThan(10);
});

test("with manual failback the end of a test still leads back", () => {
  const story = tellStory({ settings: MANUAL, happens: [[20_000, TEST]], untilMs: 60_000 });
  expect(story.outs()).toEqual(["eth0", "wwan0", "eth0"]);
});

test("a failback ends a hold", () => {
  const story = tellStory({
    settings: settingsOf(),
    happens: [
      [20_000, blackhole("fiber", 5000)],
      [90_000, FAILBACK],
    ],
    untilMs: 100_000,
  });
  expect(story.outSince("eth0", 89_000) - 90_000).toBeLessThan(10);
  expect(story.switches().at(-1)).toMatchObject({ how: "failback" });
});

test("a pinned uplink carries traffic until the pin is lifted, whatever the tiers and holds say", () => {
  const story = tellStory({
    settings: settingsOf(),
    happens: [
      [20_000, useUplink("lte")],
      [60_000, useUplink(null)],
    ],
    untilMs: 80_000,
  });
  expect(story.answers.map(({ message }) => message)).toEqual([
    "lte is pinned; `wan-failover use auto` lifts that.",
    "The policy decides again.",
  ]);
  expect(story.outSince("wwan0", 19_000) - 20_000).toBeLessThan(10);
  expect(story.outSince("eth0", 21_000) - 60_000).toBeLessThan(10);
  expect(story.status(40_000).pin).toBe("lte");
});

test("a pinned uplink that fails is left, and used again once it works", () => {
  const story = tellStory({
    settings: settingsOf(),
    happens: [
      [20_000, useUplink("lte")],
      [40_000, blackhole("lte", 10_000)],
    ],
    untilMs: 120_000,
  });
  expect(story.switches().map(({ how, to }) => `${how} ${to}`)).toEqual([
    "chosen fiber",
    "ordered lte",
    "failback fiber",
    "ordered lte",
  ]);
});

test("an uplink that doesn't work may be pinned, and the answer says so", () => {
  const story = tellStory({
    settings: settingsOf(),
    happens: [
      [10_000, blackhole("lte", 30_000)],
      [30_000, useUplink("lte")],
    ],
    untilMs: 120_000,
  });
  expect(story.answers[0]?.message).toBe(
    "lte is pinned but does not work now; until it does, fiber carries the traffic.",
  );
  expect(story.outs()).toEqual(["eth0", "wwan0"]);
});

test("a failback is refused while an uplink is pinned", () => {
  const story = tellStory({
    happens: [
      [20_000, useUplink("lte")],
      [30_000, FAILBACK],
    ],
    untilMs: 40_000,
  });
  expect(story.answers[1]).toMatchObject({
    accepted: false,
    message: "lte is pinned by hand; `wan-failover use auto` lifts that.",
  });
});

test("what happens long after an order has ended isn't ascribed to it", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE], { holdAfterFailbackMs: 1000 }),
    happens: [
      [20_000, useUplink("lte")],
      [30_000, useUplink(null)],
      [60_000, { kind: "loss", uplink: "fiber", out: 0.35, in: 0, forMs: 300_000 }],
    ],
    untilMs: 200_000,
  });
  expect(story.switches().at(-1)?.reason).toMatch(/^fiber is (degraded|down): /);
});

test("the order that ends a test is no leave for a failback of another day", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE], { failback: "manual" }),
    happens: [
      [20_000, { kind: "blackhole", uplink: "fiber", families: ["ipv6"], forMs: 60_000 }],
      [40_000, { kind: "ordered", order: { kind: "test", uplink: "lte", forMs: null } }],
      [50_000, FAILBACK],
    ],
    untilMs: 150_000,
  });
  expect(story.outs(20_000)).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.switches("ipv6").map(({ how }) => how)).toEqual(["chosen", "failover"]);
  expect(story.status(149_000).families.ipv6.waiting).toBe("fiber works again; failback is manual");
});
