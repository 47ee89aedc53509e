import { describe, expect, test } from "vitest";
import { markOf, NUMBER_MASK } from "../../src/core/kernel/mark.ts";
import { blackhole, carrierLost, FOREVER, killed } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { Happening, Script } from "../sim/happening.ts";
import { newFlow } from "../sim/lookup.ts";

/** Ten seconds of each half minute are dead. */
const flapping = (forMs: number): Script =>
  Array.from({ length: Math.floor(forMs / 30_000) }, (_, index): Script[number] => [
    20_000 + index * 30_000,
    blackhole("fiber", 10_000),
  ]);

describe("of AstLinux's faults ours shows the opposite:", () => {
  test("1, blind after a failover: a second outage is answered within two seconds, in the midst of the hold", () => {
    const story = tellStory({
      settings: settingsOf([FIBER, LTE], { holdAfterFailoverMs: 900_000 }),
      happens: [
        [20_000, blackhole("fiber", 20_000)],
        [100_000, blackhole("lte")],
      ],
      untilMs: 110_000,
    });
    expect(story.out(99_999)).toBe("wwan0");
    expect(story.outSince("eth0", 100_000) - 100_000).toBeLessThan(2000);
  });

  test("2, the secondary is never probed: a dead one is known, shown, and never switched to", () => {
    const story = tellStory({
      happens: [
        [10_000, blackhole("lte")],
        [30_000, blackhole("fiber")],
      ],
      untilMs: 60_000,
    });
    expect(story.status(25_000).uplinks[1]?.families.ipv4?.verdict).toBe("down");
    expect(story.switches()).toHaveLength(1);
  });

  test("4, a line that loses every second probe never trips: it is left", () => {
    const half: Happening = { kind: "loss", uplink: "fiber", out: 0.5, in: 0, forMs: FOREVER };
    const story = tellStory({ happens: [[20_000, half]], untilMs: 120_000 });
    expect(story.switches()[1]).toMatchObject({ how: "failover", to: "lte" });
  });

  test("4, one dead target slows every test: it costs nothing", () => {
    const dead: Happening = { kind: "targets-dead", targets: ["8.8.8.8"], forMs: FOREVER };
    const story = tellStory({
      happens: [
        [5000, dead],
        [300_000, blackhole("fiber")],
      ],
      untilMs: 320_000,
    });
    expect(story.switches()).toHaveLength(2);
    expect(story.outs(30_000)).toEqual(["eth0", "wwan0"]);
    expect(story.outSince("wwan0", 300_000) - 300_000).toBeLessThan(2000);
  });

  test("5, IPv6 is not probed and moves only with a static gateway: it moves by itself, with what routers announce", () => {
    const dead: Happening = { kind: "blackhole", uplink: "fiber", families: ["ipv6"], forMs: FOREVER };
    const story = tellStory({ happens: [[20_000, dead]], untilMs: 40_000 });
    expect(story.outs(10_000, "ipv6")).toEqual(["eth0", "wwan0"]);
    expect(story.mainRoutes(39_000, "ipv6")[0]).toBe("default via fe80::2 dev wwan0 proto 87 metric 1");
    expect(story.outs(10_000, "ipv4")).toEqual(["eth0"]);
  });

  test("6, targets can't be reached during a failover: nobody's route to them is changed", () => {
    const story = tellStory({ happens: [[20_000, blackhole("fiber")]], untilMs: 40_000 });
    expect(story.world.site.kernel().routes.every(({ destination }) => destination === "default")).toBe(true);
    expect(story.way(39_000, newFlow("ipv4"))).toBe("wwan0");
  });

  test.each<[string, Happening]>([
    ["no carrier on eth0", carrierLost("fiber")],
    ["no IPv4 address on eth0", { kind: "address-lost", uplink: "fiber", family: "ipv4", forMs: FOREVER }],
    ["the interface eth0 is missing", { kind: "interface-removed", uplink: "fiber", forMs: FOREVER }],
    ["the interface eth0 is switched off", { kind: "switched-off", uplink: "fiber", forMs: FOREVER }],
  ])("7, lost paths are only noticed at the next test: at once, %s", (reason, happening) => {
    const story = tellStory({ happens: [[20_000, happening]], untilMs: 30_000 });
    expect(story.outSince("wwan0", 20_000) - 20_000).toBeLessThan(10);
    expect(story.switches()[1]?.reason).toBe(`fiber is down: ${reason}`);
  });

  test("8, a lease change of the secondary sends traffic back to the dead primary: it stays and follows the lease", () => {
    const story = tellStory({
      happens: [
        [20_000, blackhole("fiber")],
        [60_000, { kind: "lease-renewed", uplink: "lte", gateway: "198.51.100.254", gapMs: 200 }],
      ],
      untilMs: 90_000,
    });
    expect(story.outs(40_000)).toEqual(["wwan0"]);
    expect(story.mainRoutes(89_000)[0]).toBe("default via 198.51.100.254 dev wwan0 proto 87 metric 1");
    expect(story.status(89_000).active).toEqual(["lte"]);
  });

  test("9, half of the address space can stay behind: a switch is the replacement of one route", () => {
    const story = tellStory({ happens: [[20_000, blackhole("fiber")]], untilMs: 30_000 });
    for (let at = 100; at <= 30_000; at += 5) {
      expect(story.mainRoutes(at).filter((route) => route.endsWith("proto 87 metric 1"))).toHaveLength(1);
    }
  });

  test("10, a SIGKILL blocks the next start: it starts and goes on", () => {
    const story = tellStory({
      happens: [
        [20_000, killed("kept", 100)],
        [21_000, killed("kept", 100)],
        [30_000, blackhole("fiber")],
      ],
      untilMs: 40_000,
    });
    expect(story.outs(10_000)).toEqual(["eth0", "wwan0"]);
  });

  test("11, a registration stays stuck on the dead link: its flow is flushed with the failover", () => {
    const story = tellStory({ happens: [[20_000, blackhole("fiber")]], untilMs: 30_000 });
    const failover = story.switches()[1]?.at;
    expect(story.flushes.filter(({ family }) => family === "ipv4")).toMatchObject([
      { at: failover, mark: markOf(1), mask: NUMBER_MASK },
    ]);
  });

  test("14, a line that flaps costs a switch each time: in an hour it costs three at the most", () => {
    const settings = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 10_000, holdAfterFailbackMs: 10_000 });
    const story = tellStory({ settings, happens: flapping(3_600_000), untilMs: 3_620_000 });
    expect(story.switches().length - 1).toBeLessThanOrEqual(3);
  }, 30_000);
});
