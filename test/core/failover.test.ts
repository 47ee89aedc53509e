import { expect, test } from "vitest";
import { PRESETS } from "../../src/core/detector/presets.ts";
import { MARK_MASK, markOf, NUMBER_MASK } from "../../src/core/kernel/mark.ts";
import { targetText } from "../../src/core/target/target.ts";
import { blackhole, carrierLost } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf, TARGETS } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";

const QUICK = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 60_000, drainMs: 20_000 });

test("an outage: divert, failover, flush, hold, failback, drain", () => {
  const story = tellStory({ settings: QUICK, happens: [[20_000, blackhole("fiber", 20_000)]], untilMs: 130_000 });

  expect(story.outs()).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.outSince("wwan0", 20_000)).toBeLessThan(22_000);
  expect(story.toldAt("diverted")).toHaveLength(2);

  const [, failover, failback] = story.switches();
  expect(failover).toMatchObject({ how: "failover", to: "lte" });
  expect(failover?.reason).toMatch(
    /^fiber is down: \d+ probes to 3 targets unanswered for 3\.\d s; upstream: its gateway answers$/,
  );
  expect(failover?.at).toBeGreaterThan(23_000);
  expect(failover?.at).toBeLessThan(25_000);
  expect(story.flushes[0]).toMatchObject({ mark: markOf(1), mask: NUMBER_MASK });
  expect(story.flushes.find(({ family }) => family === "ipv4")?.at).toBe(failover?.at);

  expect(story.status(75_000).families.ipv4.waiting).toBe("fiber works again; held after the last switch");
  expect(failback).toMatchObject({ how: "failback", to: "fiber" });
  expect((failback?.at ?? 0) - (failover?.at ?? 0)).toBeCloseTo(60_000, 0);

  const drained = story.flushes.filter(({ family, mark }) => family === "ipv4" && mark === markOf(2));
  expect(drained).toMatchObject([{ mask: MARK_MASK }]);
  expect((drained[0]?.at ?? 0) - (failback?.at ?? 0)).toBeCloseTo(20_000, 0);
  expect(story.switches()).toHaveLength(3);
});

test("both families move together", () => {
  const story = tellStory({ settings: QUICK, happens: [[20_000, blackhole("fiber")]], untilMs: 40_000 });
  expect(story.outs(0, "ipv6")).toEqual(["eth0", "wwan0"]);
  const apart = (story.switches("ipv4")[1]?.at ?? 0) - (story.switches("ipv6")[1]?.at ?? 0);
  expect(Math.abs(apart)).toBeLessThan(200);
});

test("an interruption of two seconds diverts new flows and nothing else; what began elsewhere meanwhile follows after the drain", () => {
  const story = tellStory({ settings: QUICK, happens: [[20_000, blackhole("fiber", 2000)]], untilMs: 60_000 });
  expect(story.outs()).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.told("diverted")).toHaveLength(2);
  expect(story.told("returned").toSorted()).toEqual([
    "IPv4: new flows take fiber again; fiber answers again",
    "IPv6: new flows take fiber again; fiber answers again",
  ]);
  expect(story.switches().map(({ how }) => how)).toEqual(["chosen"]);
  expect(story.flushes.map(({ mark, mask }) => ({ mark, mask }))).toEqual([
    { mark: markOf(2), mask: MARK_MASK },
    { mark: markOf(2), mask: MARK_MASK },
  ]);
  for (const [index, { at }] of story.flushes.entries()) {
    expect(at - (story.toldAt("returned")[index] ?? 0)).toBeCloseTo(20_000, 0);
  }
});

test("with drain never, what began elsewhere during a divert ends there", () => {
  const settings = settingsOf([FIBER, LTE], { drainMs: null });
  const story = tellStory({ settings, happens: [[20_000, blackhole("fiber", 2000)]], untilMs: 60_000 });
  expect(story.told("returned")).toHaveLength(2);
  expect(story.flushes).toEqual([]);
  expect(story.status(59_000).families.ipv4.drains).toEqual([]);
});

test("without diverts an interruption of two seconds moves nothing", () => {
  const settings = settingsOf([FIBER, LTE], { divert: false });
  const story = tellStory({ settings, happens: [[20_000, blackhole("fiber", 2000)]], untilMs: 40_000 });
  expect(story.outs()).toEqual(["eth0"]);
});

test("a pulled cable moves new flows at once and fails over a second later", () => {
  const story = tellStory({ settings: QUICK, happens: [[20_000, carrierLost("fiber")]], untilMs: 40_000 });
  expect(story.outSince("wwan0", 20_000) - 20_000).toBeLessThan(10);
  expect(story.switches()[1]).toMatchObject({ how: "failover", reason: "fiber is down: no carrier on eth0" });
  expect((story.switches()[1]?.at ?? 0) - 20_000).toBeCloseTo(1000, -2);
});

test("the kernel itself avoids a link without carrier, should the daemon sleep", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, { kind: "stalled", forMs: 5000, tickFirst: true }],
      [20_100, carrierLost("fiber")],
    ],
    untilMs: 24_000,
  });
  expect(story.out(20_200)).toBe("wwan0");
});

test("a dead secondary is never switched to", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [10_000, blackhole("lte")],
      [30_000, blackhole("fiber", 20_000)],
    ],
    untilMs: 120_000,
  });
  expect(story.outs()).toEqual(["eth0"]);
  expect(story.switches()).toHaveLength(1);
  expect(story.status(40_000).summary).toBe("No uplink works; traffic stays on fiber.");
});

test("a secondary that died a moment before isn't switched to either, though it is probed once a minute", () => {
  const settings = settingsOf([FIBER, { ...LTE, detection: PRESETS.metered }]);
  const story = tellStory({
    settings,
    happens: [
      [20_000, blackhole("lte")],
      [20_100, blackhole("fiber", 30_000)],
    ],
    untilMs: 60_000,
  });
  expect(story.switches()).toHaveLength(1);
});

test("a second outage during the hold is answered as quickly as the first", () => {
  const story = tellStory({
    settings: settingsOf([FIBER, LTE]),
    happens: [
      [20_000, blackhole("fiber", 10_000)],
      [90_000, blackhole("lte")],
    ],
    untilMs: 120_000,
  });
  expect(story.switches().map(({ how, to }) => `${how} ${to}`)).toEqual([
    "chosen fiber",
    "failover lte",
    "failback fiber",
  ]);
  expect(story.outSince("eth0", 90_000)).toBeLessThan(92_000);
  expect(story.switches()[2]?.at).toBeLessThan(95_000);
});

test.each([
  { first: "fiber", second: "lte", out: "eth0", switches: 1 },
  { first: "lte", second: "fiber", out: "wwan0", switches: 2 },
])("both are dead, and $first returns first: it takes the traffic", ({ first, second, out, switches }) => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole(second)],
      [20_000, blackhole(first, 40_000)],
    ],
    untilMs: 70_000,
  });
  expect(story.out(64_500)).toBe(out);
  expect(story.switches()).toHaveLength(switches);
});

test("all targets silent on all uplinks at once move nothing, and status says so", () => {
  const targets = [...TARGETS.ipv4, ...TARGETS.ipv6].map(targetText);
  const story = tellStory({
    settings: QUICK,
    happens: [[30_000, { kind: "targets-dead", targets, forMs: 60_000 }]],
    untilMs: 180_000,
  });
  expect(story.switches()).toHaveLength(1);
  expect(story.outs(40_000)).toEqual(["eth0"]);
  expect(story.status(36_000).problems).toContain(
    "All uplinks fell silent at once in IPv4 and IPv6: the cause may be the targets or this machine.",
  );
  expect(story.status(170_000).problems).toEqual([]);
});

test("at the start an undecided uplink is waited for if it is preferred", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [[0, { kind: "delay", uplink: "fiber", addedMs: 500, forMs: 60_000 }]],
    untilMs: 20_000,
  });
  expect(story.switches().map(({ to }) => to)).toEqual(["fiber"]);
  expect(story.status(300).families.ipv4.waiting).toBe("fiber is preferred and not yet decided");
});

test("at the start a preferred uplink that proves dead is waited for no longer", () => {
  const story = tellStory({ settings: QUICK, happens: [[0, blackhole("fiber")]], untilMs: 20_000 });
  expect(story.switches()).toMatchObject([{ how: "chosen", to: "lte" }]);
  expect(story.switches()[0]?.at).toBeLessThan(5000);
});

test("a lost probe of the stand-in doesn't send new flows back into a dead line", () => {
  const story = tellStory({
    settings: settingsOf([{ ...FIBER, detection: { ...PRESETS.calm, carryingIntervalMs: 1000 } }, LTE]),
    happens: [
      [20_000, blackhole("fiber", 9000)],
      [23_000, blackhole("lte", 120)],
      [24_000, blackhole("lte", 120)],
      [25_000, blackhole("lte", 120)],
      [26_000, blackhole("lte", 120)],
    ],
    untilMs: 40_000,
  });
  expect(story.outs(20_000)).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.outSince("eth0", 22_500)).toBeGreaterThan(28_000);
});

test.each([true, false])("a stall of ours is no evidence against a line (the late tick first: %s)", (tickFirst) => {
  const story = tellStory({
    settings: QUICK,
    happens: [[20_000, { kind: "stalled", forMs: 8000, tickFirst }]],
    untilMs: 60_000,
  });
  expect(story.outs()).toEqual(["eth0"]);
  expect(story.told("diverted")).toEqual([]);
  expect(story.switches()).toHaveLength(1);
});

test("AstLinux's own detector fails over and back, too", () => {
  const classic = { detection: PRESETS.classic };
  const settings = settingsOf(
    [
      { ...FIBER, ...classic },
      { ...LTE, ...classic },
    ],
    { holdAfterFailoverMs: 60_000 },
  );
  const story = tellStory({ settings, happens: [[30_000, blackhole("fiber", 60_000)]], untilMs: 200_000 });
  expect(story.switches().map(({ how, to }) => `${how} ${to}`)).toEqual([
    "chosen fiber",
    "failover lte",
    "failback fiber",
  ]);
  expect(story.told("diverted")).toEqual([]);
});

test("who answers again before anything took over keeps the traffic; what is proven sooner takes new flows meanwhile", () => {
  const slow = { ...FIBER, detection: { ...PRESETS.balanced, holdDownMs: 60_000 } };
  const story = tellStory({
    settings: settingsOf([slow, LTE]),
    happens: [
      [20_000, blackhole("fiber", 40_000)],
      [20_000, blackhole("lte", 41_000)],
    ],
    untilMs: 130_000,
  });
  expect(story.switches().map(({ to }) => to)).toEqual(["fiber"]);
  expect(story.outs(50_000)).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.out(95_000)).toBe("wwan0");
  expect(story.flushes.filter(({ at }) => at > 60_000)).toEqual([]);
});

test("who answered first and carries, its hold-down not over, fails as quickly as one that is up: what answers too takes over", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber", 45_000)],
      [20_000, blackhole("lte", 40_000)],
      [75_000, blackhole("lte")],
    ],
    untilMs: 85_000,
  });
  expect(story.out(74_000)).toBe("wwan0");
  expect(["fiber", "lte"].map((_, place) => story.status(74_000).uplinks[place]?.families.ipv4?.verdict)).toEqual([
    "hold-down",
    "hold-down",
  ]);
  expect(story.outSince("eth0", 75_000)).toBeLessThan(76_700);
  expect(story.toldAt("switched", 75_000)[0]).toBeGreaterThan(78_000);
  expect(story.toldAt("switched", 75_000)[0]).toBeLessThan(80_000);
  expect(story.switches().at(-1)).toMatchObject({ to: "fiber" });
  expect(story.switches().at(-1)?.reason).toMatch(
    /^lte is down: .* unanswered for 3\.\d s.*; no uplink is up, and fiber answers again$/,
  );
});

test("an interruption of one that carries in its hold-down diverts new flows and nothing else", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber", 45_000)],
      [20_000, blackhole("lte", 40_000)],
      [75_000, blackhole("lte", 2_000)],
    ],
    untilMs: 85_000,
  });
  expect(story.outs(74_000)).toEqual(["wwan0", "eth0", "wwan0"]);
  expect(story.toldAt("switched", 74_000)).toEqual([]);
  expect(story.flushes.filter(({ at }) => at > 74_000)).toEqual([]);
});

test("when nothing works at all, one error says so with every reason, and one more when the first uplink returns", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, carrierLost("lte", 60_000)],
      [30_000, blackhole("fiber", 20_000)],
    ],
    untilMs: 90_000,
  });
  const [said = "", ...others] = story.told("offline");
  expect(others).toEqual([]);
  expect(said).toMatch(
    /^No uplink works: fiber IPv4: \d+ probes .*; lte IPv4: no carrier on wwan0; fiber IPv6: .*; lte IPv6: no carrier on wwan0$/,
  );
  expect(story.toldAt("offline")[0]).toBeGreaterThan(33_000);
  expect(story.told("online")).toEqual([
    expect.stringMatching(/^An uplink works again: fiber IPv[46] answers again after /),
  ]);
  expect(story.toldAt("online")[0]).toBeGreaterThan(50_000);
});

test("what strayed to a dead line while the one in use had no path is flushed once it has", () => {
  const story = tellStory({
    happens: [
      [20_000, blackhole("fiber", 60_000)],
      [40_000, carrierLost("lte", 3000)],
    ],
    untilMs: 60_000,
  });
  const flushed = story.flushes.filter(({ mark, family }) => mark === markOf(1) && family === "ipv4");
  expect(flushed).toHaveLength(2);
  expect(flushed[1]?.at).toBeGreaterThan(43_000);
  expect(flushed[1]?.at).toBeLessThan(46_000);
});
