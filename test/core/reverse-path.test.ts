import { expect, test } from "vitest";
import { heedsMarks } from "../../src/core/kernel/sysctl.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { Happening } from "../sim/happening.ts";

const blind = (uplink: string, forMs: number): Happening => ({ kind: "blackhole", uplink, families: ["ipv4"], forMs });

test("IPv4 that was refused for want of an uplink comes back where the kernel checks whence packets come", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE]),
    happens: [
      [20_000, blind("fiber", 40_000)],
      [20_000, blind("lte", 60_000)],
    ],
    untilMs: 100_000,
  });
  expect(story.world.site.kernel().sysctls["net/ipv4/conf/eth0/rp_filter"]).toBe("2");
  expect(story.out(40_000)).toBe("unreachable");
  expect(story.outs(40_000)).toEqual(["unreachable", "eth0"]);
  expect(story.outSince("eth0", 40_000)).toBeLessThan(64_000);
});

const FILTER = "net/ipv4/conf/eth0/rp_filter";
const ALL = "net/ipv4/conf/all/rp_filter";
const MARK = "net/ipv4/conf/eth0/src_valid_mark";

test.each([
  ["no filter", { [FILTER]: "0", [ALL]: "0", [MARK]: "0" }, true],
  ["a filter on all", { [FILTER]: "0", [ALL]: "2", [MARK]: "0" }, false],
  ["a filter of its own", { [FILTER]: "2", [MARK]: "0" }, false],
  ["a filter that heeds marks", { [FILTER]: "2", [ALL]: "1", [MARK]: "1" }, true],
  ["no such interface", { [ALL]: "2" }, true],
])("marked answers come in with %s: %j", (_, sysctls, expected) => {
  expect(heedsMarks("eth0", { sysctls })).toBe(expected);
});
