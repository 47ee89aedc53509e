import { describe, expect, test } from "vitest";
import type { EditFailure } from "../../src/core/kernel/kernel.ts";
import { noteOutcome } from "../../src/core/kernel/upkeep.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { blackhole, carrierLost, FOREVER, killed } from "../fake/happenings.ts";
import { ourDefault } from "../fake/kernel-state.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { Damage, Happening } from "../sim/happening.ts";
import { newFlow } from "../sim/lookup.ts";
import { FIBER_WIRE, LTE_WIRE, type WireSettings } from "../sim/wire.ts";

const tampered = (what: Damage): Happening => ({ kind: "tampered", what, family: "ipv4" });

const withMetric = (wire: WireSettings, metric: number): WireSettings => {
  const { ipv4 } = wire.leases;
  return { ...wire, leases: { ...wire.leases, ipv4: ipv4 === null ? null : { ...ipv4, metric } } };
};

const METRIC_ZERO = [withMetric(FIBER_WIRE, 0), LTE_WIRE];

describe("a foreign default", () => {
  test("that would outrank ours is displaced once its copy exists", () => {
    const story = tellStory({ wires: METRIC_ZERO, happens: [[20_000, blackhole("fiber")]], untilMs: 30_000 });
    expect(story.mainRoutes(10_000)).toEqual([
      "default via 203.0.113.1 dev eth0 proto 87 metric 1",
      "default via 198.51.100.1 dev wwan0 proto 87 metric 2",
      "default via 198.51.100.1 dev wwan0 proto 16 metric 200",
      "default via 203.0.113.1 dev eth0 proto 16 metric 87000000",
    ]);
    expect(story.out(29_000)).toBe("wwan0");
    expect(story.told("kernel-mended")).toEqual([]);
  });

  test("that the kernel won't copy is not displaced", () => {
    const story = tellStory({
      wires: METRIC_ZERO,
      happens: [[0, { kind: "routes-refused", code: "ENOBUFS", forMs: FOREVER }]],
      untilMs: 10_000,
    });
    expect(story.mainRoutes(9000)[0]).toBe("default via 203.0.113.1 dev eth0 proto 16 metric 0");
  });

  test("with a metric of ours is copied before ours takes its place", () => {
    const story = tellStory({ wires: [withMetric(FIBER_WIRE, 1), LTE_WIRE], happens: [], untilMs: 10_000 });
    expect(story.mainRoutes(9000)).toContain("default via 203.0.113.1 dev eth0 proto 16 metric 87000001");
    expect(story.out(9000)).toBe("eth0");
    expect(story.status(9000).uplinks[0]?.families.ipv4?.gateway).toBe("203.0.113.1");
  });

  test("that appears in the midst of an outage is displaced as well", () => {
    const story = tellStory({
      happens: [
        [20_000, blackhole("fiber")],
        [40_000, { kind: "foreign-default", uplink: "fiber", metric: 0, forMs: FOREVER }],
      ],
      untilMs: 60_000,
    });
    expect(story.outSince("wwan0", 40_100) - 40_100).toBeLessThan(10);
    expect(story.outs(40_200)).toEqual(["wwan0"]);
  });

  test("with a higher metric stays where it is", () => {
    const story = tellStory({ happens: [], untilMs: 10_000 });
    expect(story.mainRoutes(9000)).toContain("default via 203.0.113.1 dev eth0 proto 16 metric 100");
  });
});

describe("a lease renewed with another gateway", () => {
  const renewed = (gapMs: number): Happening => ({
    kind: "lease-renewed",
    uplink: "fiber",
    gateway: "203.0.113.254",
    gapMs,
  });

  test.each([0, 300])("makes no switch (%i ms between the old and the new)", (gapMs) => {
    const story = tellStory({ happens: [[20_000, renewed(gapMs)]], untilMs: 40_000 });
    expect(story.outs(10_000)).toEqual(["eth0"]);
    expect(story.mainRoutes(39_000)[0]).toBe("default via 203.0.113.254 dev eth0 proto 87 metric 1");
    expect(story.switches()).toHaveLength(1);
    expect(story.flushes).toEqual([]);
  });

  test("is followed on a displaced default too", () => {
    const story = tellStory({ wires: METRIC_ZERO, happens: [[20_000, renewed(0)]], untilMs: 40_000 });
    expect(story.mainRoutes(39_000)[0]).toBe("default via 203.0.113.254 dev eth0 proto 87 metric 1");
    expect(story.out(39_000)).toBe("eth0");
  });

  test("that leaves no gateway for longer is an outage, and the reason says so", () => {
    const story = tellStory({
      happens: [[20_000, { kind: "gateway-lost", uplink: "fiber", family: "ipv4", forMs: FOREVER }]],
      untilMs: 40_000,
    });
    expect(story.outSince("wwan0", 20_000) - 20_000).toBeLessThan(1100);
    expect(story.switches()[1]?.reason).toBe("fiber is down: no IPv4 gateway on eth0");
  });
});

test("a router advertisement that expires is noticed in time, and one that is refreshed is not missed", () => {
  const brief: WireSettings = { ...FIBER_WIRE, leases: { ...FIBER_WIRE.leases, ipv6: BRIEF } };
  const story = tellStory({
    wires: [brief, LTE_WIRE],
    happens: [[200_000, { kind: "gateway-lost", uplink: "fiber", family: "ipv6", forMs: FOREVER }]],
    untilMs: 260_000,
  });
  expect(story.outs(10_000, "ipv6")).toEqual(["eth0", "wwan0"]);
  expect(story.outSince("wwan0", 200_000, "ipv6")).toBeLessThan(232_000);
  expect(story.outs(10_000, "ipv4")).toEqual(["eth0"]);
});

const BRIEF = {
  address: "2001:db8:1::2",
  prefixLength: 64,
  gateway: "fe80::1",
  protocol: 9,
  metric: 1025,
  lifetimeMs: 30_000,
};

describe("somebody else's hand", () => {
  test.each<[Damage, RegExp]>([
    ["main-route-deleted", /ipv4 default via 203.0.113.1/],
    ["main-route-changed", /ipv4 default via 203.0.113.1/],
    ["uplink-tables-flushed", /table 8701/],
    ["rule-deleted", /ipv4 rule 18700/],
    ["rules-flushed", /ipv4 rule 18700/],
    ["firewall-deleted", /the nft table/],
    ["firewall-changed", /the nft table/],
    ["sysctls-reset", /ignore_routes_with_linkdown = 1/],
  ])("%s: it is put right and told", (what, told) => {
    const story = tellStory({ happens: [[20_000, tampered(what)]], untilMs: 90_000 });
    expect(story.text(85_000)).toBe(story.text(19_000));
    expect(story.told("kernel-mended")).toHaveLength(1);
    expect(story.told("kernel-mended")[0]).toMatch(told);
    expect(story.world.site.kernel().firewall).not.toMatch(/changed/);
    expect(story.switches()).toHaveLength(1);
  });

  test("in a fight over routes we don't win by force: mendings are limited, and status names the fight", () => {
    const fight: Happening = { kind: "fought", what: "main-route-deleted", family: "ipv4", everyMs: 20, forMs: 30_000 };
    const story = tellStory({ happens: [[20_000, fight]], untilMs: 90_000 });
    expect(story.commands("edit-kernel", 20_000, 50_000)).toBeLessThan(100);
    expect(story.status(45_000).problems).toEqual([
      "Another program keeps changing our routes or rules; `wan-failover doctor` may name it.",
    ]);
    expect(story.out(55_000)).toBe("eth0");
    expect(story.mainRoutes(55_000)[0]).toMatch(/proto 87 metric 1$/);
    expect(story.status(80_000).problems).toEqual([]);
  });

  test("what nobody tells us is found within a minute", () => {
    const story = tellStory({
      happens: [
        [20_000, { kind: "hints-lost", forMs: 10_000 }],
        [25_000, tampered("main-route-deleted")],
      ],
      untilMs: 90_000,
    });
    expect(story.mainRoutes(86_000)[0]).toMatch(/proto 87 metric 1$/);
  });
});

describe("edits that the kernel refuses", () => {
  const refused: Happening = { kind: "routes-refused", code: "ENOBUFS", forMs: 40_000 };

  test("are tried again ever more rarely, shown, and forgotten once they succeed", () => {
    const story = tellStory({
      happens: [
        [20_000, refused],
        [20_100, tampered("main-route-deleted")],
      ],
      untilMs: 130_000,
    });
    expect(story.commands("edit-kernel", 20_000, 21_000)).toBe(1);
    expect(story.commands("edit-kernel", 21_000, 60_000)).toBe(5);
    expect(story.told("edit-failed")).toHaveLength(1);
    expect(story.status(50_000).problems[0]).toMatch(/^The kernel refused ipv4 default via 203.0.113.1/);
    expect(story.mainRoutes(84_000)[0]).toMatch(/proto 87 metric 1$/);
    expect(story.status(90_000).problems).toEqual([]);
    expect(story.commands("edit-kernel", 90_000, 130_000)).toBe(0);
  });

  test("don't hold up the others", () => {
    const story = tellStory({
      happens: [
        [20_000, refused],
        [20_100, tampered("main-route-deleted")],
        [22_000, tampered("rule-deleted")],
      ],
      untilMs: 30_000,
    });
    expect(story.text(23_000)).toMatch(/18700: from all fwmark 0x1000000/);
  });

  test("are tried again soon, however long another has been refused already", () => {
    const fixed = { edit: { kind: "set-sysctl", name: "a", value: "1" }, code: "EROFS", message: "" } as const;
    const route = { edit: { kind: "put-route", route: ourDefault([]) }, code: "ENOBUFS", message: "" } as const;
    const refuse = (before: State, failure: EditFailure, now: number): State =>
      noteOutcome(before, { failures: [failure], firewall: undefined }, now).state;
    let state = refuse(start({ settings: settingsOf(), memory: null, seed: 1, now: 0 }), fixed, 0);
    for (let times = 0; times < 8; times += 1) state = refuse(state, fixed, state.upkeep.retryAt);
    const now = state.upkeep.retryAt - 50_000;
    expect(refuse(state, route, now).upkeep.retryAt).toBe(now + 1000);
    expect(refuse(state, fixed, now).upkeep.retryAt).toBe(now + 50_000);
  });

  test("that are no longer needed are forgotten", () => {
    const story = tellStory({
      happens: [
        [20_000, { kind: "routes-refused", code: "ENOBUFS", forMs: 3000 }],
        [21_000, carrierLost("fiber", 500)],
      ],
      untilMs: 60_000,
    });
    expect(story.status(50_000).problems).toEqual([]);
    expect(story.out(50_000)).toBe("eth0");
  });
});

describe("a family without an uplink while the other has one", () => {
  const OWN = settingsOf([FIBER, { ...LTE, families: { ...LTE.families, ipv6: FIBER.families.ipv6 } }]);
  const dead: Happening = { kind: "blackhole", uplink: "fiber", families: ["ipv6"], forMs: 40_000 };
  const alsoDead: Happening = { kind: "blackhole", uplink: "lte", families: ["ipv6"], forMs: FOREVER };

  test("is refused, so that clients take the other at once, and served again as soon as one answers", () => {
    const story = tellStory({
      settings: OWN,
      happens: [
        [20_000, dead],
        [20_000, alsoDead],
      ],
      untilMs: 90_000,
    });
    expect(story.outs(10_000, "ipv6").at(1)).toBe("wwan0");
    expect(story.out(35_000, "ipv6")).toBe("unreachable");
    expect(story.way(35_000, { ...newFlow("ipv6"), mark: 0x0100_0000 })).toBe("eth0");
    expect(story.out(64_000, "ipv6")).toBe("eth0");
    expect(story.outs(10_000, "ipv4")).toEqual(["eth0"]);
  });

  test("isn't refused while the other is down as well", () => {
    const story = tellStory({
      happens: [
        [20_000, blackhole("fiber")],
        [20_000, blackhole("lte")],
      ],
      untilMs: 60_000,
    });
    expect(story.outs(40_000, "ipv6")).toEqual(["eth0"]);
    expect(story.outs(40_000, "ipv4")).toEqual(["eth0"]);
  });
});

describe("an interface", () => {
  test("that is removed and returns with another index is used again, and nothing of the old one stays", () => {
    const story = tellStory({
      settings: settingsOf([FIBER, LTE], { holdAfterFailoverMs: 10_000 }),
      happens: [[20_000, { kind: "interface-removed", uplink: "fiber", forMs: 15_000 }]],
      untilMs: 90_000,
    });
    expect(story.outSince("wwan0", 20_000) - 20_000).toBeLessThan(10);
    expect(story.switches()[1]?.reason).toBe("fiber is down: the interface eth0 is missing");
    expect(story.out(89_000)).toBe("eth0");
    expect(story.text(89_000).match(/via 203.0.113.1 dev eth0 proto 87/g)).toHaveLength(1);
  });

  test("that blinks for less than a second costs new flows nothing and makes no switch", () => {
    const story = tellStory({ happens: [[20_000, carrierLost("fiber", 300)]], untilMs: 30_000 });
    expect(story.outs(10_000)).toEqual(["eth0", "wwan0", "eth0"]);
    expect(story.switches()).toHaveLength(1);
  });
});

test("after a restart the sysctls' original values are still known", () => {
  const story = tellStory({ happens: [[20_000, killed("kept", 100)]], untilMs: 30_000 });
  expect(story.world.daemon.state()?.originalSysctls).toMatchObject({
    "net/ipv4/conf/eth0/rp_filter": "1",
    "net/ipv4/conf/eth0/ignore_routes_with_linkdown": "0",
  });
});

test("in peace the kernel is read once a minute and never edited", () => {
  const story = tellStory({ happens: [], untilMs: 600_000 });
  expect(story.commands("edit-kernel", 5000, 600_000)).toBe(0);
  expect(story.commands("read-kernel", 5000, 600_000)).toBe(9);
  expect(story.commands("save-memory", 5000, 600_000)).toBe(0);
});
