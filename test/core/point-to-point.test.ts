import { expect, test } from "vitest";
import { FAMILIES } from "../../src/core/family.ts";
import { markOf } from "../../src/core/kernel/mark.ts";
import { blackhole } from "../fake/happenings.ts";
import { DSL, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import { DSL_WIRE, LTE_WIRE } from "../sim/wire.ts";

const PPP = {
  ...DSL_WIRE,
  leases: {
    ...DSL_WIRE.leases,
    ipv6: { address: "2001:db8:d::2", prefixLength: 64, gateway: null, protocol: 3, metric: 300, lifetimeMs: null },
  },
};

test("a session that ends moves its flows at once; the next one, with another index, needs no gateway either", () => {
  const story = tellStory({
    settings: settingsOf(
      [
        { ...DSL, tier: 1 },
        { ...LTE, tier: 2 },
      ],
      { holdAfterFailoverMs: 60_000 },
    ),
    wires: [PPP, LTE_WIRE],
    happens: [[20_000, { kind: "interface-removed", uplink: "dsl", forMs: 30_000 }]],
    untilMs: 120_000,
  });
  for (const family of FAMILIES) {
    expect(story.outs(10_000, family)).toEqual(["ppp0", "wwan0", "ppp0"]);
    expect(story.outSince("wwan0", 20_000, family)).toBeLessThan(20_100);
    expect(story.outSince("ppp0", 20_100, family)).toBeLessThan(85_000);
    expect(story.mainRoutes(110_000, family)[0]).toBe("default dev ppp0 proto 87 metric 1");
    expect(story.flushes.some((flush) => flush.family === family && flush.mark === markOf(1))).toBe(true);
    expect(story.status(60_000).uplinks[0]?.families[family]).toMatchObject({ gateway: null });
  }
});

test("links without a gateway share a tier with others, in IPv6 too", () => {
  const story = tellStory({
    settings: settingsOf([
      { ...DSL, tier: 1, weight: 3 },
      { ...LTE, tier: 1 },
    ]),
    wires: [PPP, LTE_WIRE],
    happens: [[20_000, blackhole("lte", 10_000)]],
    untilMs: 90_000,
  });
  for (const family of FAMILIES) expect(story.outs(10_000, family)).toEqual(["ppp0 wwan0", "ppp0", "ppp0 wwan0"]);
  expect(story.mainRoutes(15_000, "ipv6")[0]).toBe(
    "default nexthop via fe80::87 dev ppp0 weight 3 nexthop via fe80::2 dev wwan0 weight 1 proto 87 metric 1",
  );
  expect(story.told("edit-failed")).toEqual([]);
});
