import { expect, test } from "vitest";
import { FAMILIES } from "../../src/core/family.ts";
import { markOf, NUMBER_MASK } from "../../src/core/kernel/mark.ts";
import { blackhole, killed, ordered, reloaded } from "../fake/happenings.ts";
import { DSL, FIBER, LTE, pings, settingsOf, uplinkSettings } from "../fake/settings.ts";
import { tellStory, wiresFor } from "../fake/story.ts";
import type { Script } from "../sim/happening.ts";

const RETARGETED = {
  ...FIBER,
  families: { ...FIBER.families, ipv4: { ...FIBER.families.ipv4, targets: pings("1.0.0.1", "8.8.4.4") } },
};

const QUICK = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 60_000 });

test.each(["kept", "lost"] as const)("kill -9 with its memory %s: the start adopts what is in place", (memory) => {
  const story = tellStory({ settings: QUICK, happens: [[30_000, killed(memory, 500)]], untilMs: 60_000 });
  expect(story.switches().map(({ to }) => to)).toEqual(["fiber"]);
  expect(story.outs(10_000)).toEqual(["eth0"]);
  expect(story.text(50_000)).toBe(story.text(20_000));
  expect(story.flushes).toEqual([]);
});

test.each(["kept", "lost"] as const)("kill -9 with its memory %s: the kernel's standby routes stay", (memory) => {
  const settings = settingsOf([FIBER, LTE, DSL]);
  const story = tellStory({ settings, happens: [[30_000, killed(memory, 500)]], untilMs: 40_000 });
  const before = story.mainRoutes(29_999);
  expect(before.filter((route) => route.includes("proto 87"))).toHaveLength(3);
  for (let at = 30_000; at <= 35_000; at += 10) expect(story.mainRoutes(at)).toEqual(before);
});

test("a restart drops no running test, and the test ends when it should", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, ordered({ kind: "test", uplink: "lte", forMs: 30_000 })],
      [30_000, killed("kept", 500)],
    ],
    untilMs: 60_000,
  });
  expect(story.outs(21_000)).toEqual(["wwan0", "eth0"]);
  expect(story.outSince("eth0", 21_000)).toBe(50_000);
  expect(story.status(35_000).test).toMatchObject({ uplink: "lte" });
});

test("a start with a memory keeps the hold of the failover before", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber", 5000)],
      [70_000, killed("kept", 200)],
    ],
    untilMs: 130_000,
  });
  const [, failover, failback] = story.switches();
  expect(story.switches().map(({ how }) => how)).toEqual(["chosen", "failover", "failback"]);
  expect((failback?.at ?? 0) - (failover?.at ?? 0)).toBeGreaterThanOrEqual(60_000);
});

test("a start after a failover, without a memory, stays where traffic is until the preferred uplink has proven itself", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber", 40_000)],
      [40_000, killed("lost", 200)],
    ],
    untilMs: 130_000,
  });
  expect(story.switches().map(({ how, to }) => `${how} ${to}`)).toEqual([
    "chosen fiber",
    "failover lte",
    "failback fiber",
  ]);
  expect(story.outs(40_000)).toEqual(["wwan0", "eth0"]);
});

test.each(["kept", "lost"] as const)(
  "kill -9 in the middle of a divert, its memory %s: new flows stay away from the dead line",
  (memory) => {
    const story = tellStory({
      settings: QUICK,
      happens: [
        [20_000, blackhole("fiber", 60_000)],
        [22_000, killed(memory, 200)],
      ],
      untilMs: 60_000,
    });
    expect(story.out(21_999)).toBe("wwan0");
    expect(story.outs(22_000)).toEqual(["wwan0"]);
    expect(story.status(40_000).active).toEqual(["lte"]);
  },
);

test("kill -9 in the middle of a divert, and the line is back at the start: new flows return without a switch", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber", 2100)],
      [22_000, killed("kept", 200)],
    ],
    untilMs: 60_000,
  });
  expect(story.outs(20_000)).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.switches()).toHaveLength(1);
});

test("a failed uplink is still down after a restart, and serves its hold-down", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber", 20_000)],
      [35_000, killed("kept", 200)],
    ],
    untilMs: 60_000,
  });
  expect(story.status(36_000).uplinks[0]?.families.ipv4?.verdict).toBe("down");
  expect(story.status(50_000).uplinks[0]?.families.ipv4?.verdict).toBe("hold-down");
});

test.each([
  ["kill -9", killed("kept", 300)],
  ["a reload with other targets", reloaded(settingsOf([RETARGETED, LTE]))],
])(
  "flows on a line that failed when no other worked are flushed once one does, also after %s meanwhile",
  (_, meanwhile) => {
    const story = tellStory({
      happens: [
        [20_000, blackhole("fiber")],
        [20_000, blackhole("lte", 20_100)],
        [40_000, meanwhile],
      ],
      untilMs: 60_000,
    });
    const flushed = story.flushes.filter(({ mark }) => mark === markOf(1)).map(({ family }) => family);
    expect(story.out(50_000)).toBe("wwan0");
    expect(flushed.toSorted()).toEqual(["ipv4", "ipv6"]);
  },
);

test("that no uplink works is told once, and that one works again too, with a restart in between", () => {
  const story = tellStory({
    happens: [
      [20_000, blackhole("fiber", 30_000)],
      [20_000, blackhole("lte", 30_000)],
      [40_000, killed("kept", 300)],
    ],
    untilMs: 60_000,
  });
  expect(story.toldAt("offline").map((at) => at < 40_000)).toEqual([true]);
  expect(story.toldAt("online").map((at) => at > 50_000)).toEqual([true]);
});

test("a reload keeps the numbers, the detectors and the traffic", () => {
  const cable = uplinkSettings({ name: "cable", interface: "eth7", tier: 1 });
  const story = tellStory({
    settings: settingsOf([FIBER, LTE]),
    happens: [[20_000, reloaded(settingsOf([cable, { ...LTE, tier: 2 }, { ...FIBER, weight: 5 }], { drainMs: 0 }))]],
    untilMs: 30_000,
  });
  const { uplinks } = story.status(25_000);
  expect(uplinks.map(({ name, number }) => `${name} ${number}`)).toEqual(["cable 3", "lte 2", "fiber 1"]);
  expect(uplinks[2]?.families.ipv4?.sinceMs).toBeGreaterThan(24_000);
  expect(story.outs(10_000)).toEqual(["eth0"]);
  expect(story.switches()).toHaveLength(1);
});

test("a reload that changes an uplink's targets starts its detector anew, and traffic stays", () => {
  const story = tellStory({
    happens: [[20_000, reloaded(settingsOf([RETARGETED, LTE]))]],
    untilMs: 30_000,
  });
  expect(story.status(25_000).uplinks[0]?.families.ipv4?.sinceMs).toBeLessThan(5001);
  expect(story.outs(10_000)).toEqual(["eth0"]);
});

test("a reload that changes a failed uplink's targets doesn't end its outage: it serves its hold-down", () => {
  const story = tellStory({
    happens: [
      [20_000, blackhole("fiber", 30_000)],
      [40_000, reloaded(settingsOf([RETARGETED, LTE]))],
    ],
    untilMs: 60_000,
  });
  const verdicts = [40_001, 55_000].map((at) => story.status(at).uplinks[0]?.families.ipv4?.verdict);
  expect(verdicts).toEqual(["down", "hold-down"]);
});

test("a reload without the uplink that carried traffic moves it, and removes what belonged to it", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE, DSL]),
    happens: [[20_000, reloaded(settingsOf([LTE, DSL]))]],
    untilMs: 30_000,
  });
  expect(story.outs(10_000)).toEqual(["eth0", "wwan0"]);
  expect(story.text(25_000)).not.toMatch(/8701|proto 87.*eth0|dev eth0 proto 87/);
});

test.each<{ reload: string; happens: Script; flushed: boolean }>([
  { reload: "without it", happens: [[20_000, reloaded(settingsOf([LTE]))]], flushed: true },
  {
    reload: "without it, and a restart",
    happens: [
      [20_000, killed("kept", 200)],
      [20_100, reloaded(settingsOf([LTE]))],
    ],
    flushed: true,
  },
  {
    reload: "that gives it another interface",
    happens: [[20_000, reloaded(settingsOf([{ ...FIBER, interface: "ppp0" }, LTE]))]],
    flushed: true,
  },
  {
    reload: "that gives it another name",
    happens: [[20_000, reloaded(settingsOf([{ ...FIBER, name: "fibre" }, LTE]))]],
    flushed: false,
  },
])("after a reload $reload, what ran over an uplink begins anew: $flushed", ({ happens, flushed }) => {
  const story = tellStory({ wires: wiresFor(settingsOf([FIBER, LTE, DSL])), happens, untilMs: 30_000 });
  const flushes = story.flushes.filter(({ mark, mask }) => mark === markOf(1) && mask === NUMBER_MASK);
  for (const family of FAMILIES) expect(flushes.some((one) => one.family === family)).toBe(flushed);
});

test("a reload that disables a family on an uplink moves that family only", () => {
  const off = { ...FIBER, families: { ...FIBER.families, ipv6: { ...FIBER.families.ipv6, method: "none" as const } } };
  const story = tellStory({ happens: [[20_000, reloaded(settingsOf([off, LTE]))]], untilMs: 30_000 });
  expect(story.outs(10_000, "ipv6")).toEqual(["eth0", "wwan0"]);
  expect(story.outs(10_000, "ipv4")).toEqual(["eth0"]);
  expect(story.status(25_000).families.ipv6.active).toEqual(["lte"]);
});
