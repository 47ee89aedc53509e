import { expect, test } from "vitest";
import { markOf } from "../../src/core/kernel/mark.ts";
import { blackhole, carrierLost } from "../fake/happenings.ts";
import { DSL, FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { Happening } from "../sim/happening.ts";

const SHARED = settingsOf([{ ...FIBER, weight: 3 }, { ...LTE, tier: 1, weight: 1 }, DSL]);
const lossy = (uplink: string, forMs: number): Happening => ({ kind: "loss", uplink, out: 0.3, in: 0, forMs });

test("uplinks of one tier share traffic by weight, in one route", () => {
  const story = tellStory({ settings: SHARED, happens: [], untilMs: 5000 });
  expect(story.mainRoutes(4000)[0]).toBe(
    "default nexthop via 203.0.113.1 dev eth0 weight 3 nexthop via 198.51.100.1 dev wwan0 weight 1 proto 87 metric 1",
  );
  expect(story.mainRoutes(4000)[1]).toBe("default dev ppp0 proto 87 metric 2");
  expect(story.world.site.kernel().sysctls["net/ipv4/fib_multipath_hash_policy"]).toBe("1");
});

test("a member that fails leaves the others to carry, is flushed, and joins again without a hold", () => {
  const story = tellStory({ settings: SHARED, happens: [[20_000, blackhole("lte", 10_000)]], untilMs: 90_000 });
  expect(story.outs(10_000)).toEqual(["eth0 wwan0", "eth0", "eth0 wwan0"]);
  expect(story.outSince("eth0", 20_000)).toBeLessThan(22_500);
  expect(story.switches().map(({ how, to }) => `${how} ${to}`)).toEqual([
    "chosen fiber",
    "rebalanced fiber lte",
    "rebalanced fiber",
    "rebalanced fiber lte",
  ]);
  expect(story.switches()[2]?.reason).toMatch(/^lte left: \d+ probes to 3 targets unanswered/);
  expect(story.switches()[3]?.reason).toBe("lte joined");
  const flushed = story.flushes.filter(({ mark }) => mark === markOf(2));
  expect(flushed.map(({ family }) => family).toSorted()).toEqual(["ipv4", "ipv6"]);
});

test("a member that is in doubt for a moment is spared new flows, and people hear of both", () => {
  const story = tellStory({ settings: SHARED, happens: [[20_000, blackhole("lte", 2000)]], untilMs: 40_000 });
  expect(story.outs(10_000)).toEqual(["eth0 wwan0", "eth0", "eth0 wwan0"]);
  expect(story.told("diverted")).toHaveLength(2);
  expect(story.told("diverted")[0]).toMatch(/new flows take fiber for now; lte: \d+ probes/);
  expect(story.told("returned")).toHaveLength(2);
  expect(story.switches()).toHaveLength(2);
});

test("when all members fail the next tier takes over", () => {
  const story = tellStory({
    settings: SHARED,
    happens: [
      [20_000, carrierLost("lte")],
      [40_000, carrierLost("fiber")],
    ],
    untilMs: 50_000,
  });
  expect(story.outs(10_000)).toEqual(["eth0 wwan0", "eth0", "ppp0"]);
  expect(story.switches().at(-1)).toMatchObject({ how: "failover", to: "dsl" });
});

test("a lossy uplink is left if another is clean", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE]),
    happens: [[20_000, lossy("fiber", 300_000)]],
    untilMs: 300_000,
  });
  expect(story.switches()[1]).toMatchObject({ how: "failover", to: "lte" });
  expect(story.switches()[1]?.reason).toMatch(/^fiber is (degraded|down): /);
  expect(story.flushes.filter(({ mark }) => mark === markOf(1)).length).toBeLessThan(2);
});

test("a lossy uplink is kept if the other is as lossy", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE]),
    happens: [
      [20_000, { kind: "loss", uplink: "lte", out: 0.3, in: 0, forMs: 400_000 }],
      [100_000, { kind: "loss", uplink: "fiber", out: 0.3, in: 0, forMs: 300_000 }],
    ],
    untilMs: 350_000,
  });
  expect(story.status(340_000).uplinks.map(({ families }) => families.ipv4?.degraded.loss)).toEqual([true, true]);
  expect(story.switches().map(({ to }) => to)).toEqual(["fiber"]);
});

test("latency alone never moves traffic", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE]),
    happens: [[20_000, { kind: "delay", uplink: "fiber", addedMs: 400, forMs: 300_000 }]],
    untilMs: 250_000,
  });
  expect(story.status(240_000).uplinks[0]?.families.ipv4?.degraded.latency).toBe(true);
  expect(story.switches()).toHaveLength(1);
});
