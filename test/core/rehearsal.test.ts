import { expect, test } from "vitest";
import { noteHour } from "../../src/core/rehearsal.ts";
import type { RehearsalSettings, Settings } from "../../src/core/settings.ts";
import { start } from "../../src/core/start.ts";
import { blackhole, ordered } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { type Plot, tellStory } from "../fake/story.ts";

const rehearsing = (when: RehearsalSettings["when"] = "daily", more: Partial<Settings> = {}): Settings => ({
  ...settingsOf([FIBER, LTE], { rehearse: { when, forMs: 60_000, page: "http://example.com/" } }),
  ...more,
});

const hour = (hour: number, day = 28) => ({ kind: "hour", hour, day }) as const;

const tell = (happens: Plot["happens"], plot: Partial<Plot> = {}) =>
  tellStory({ settings: rehearsing(), happens, untilMs: 200_000, ...plot });

const PASSED = "The rehearsal of a failover to lte has passed";

test("a rehearsal takes the standby for a minute, and tells that it has passed", () => {
  const story = tell([[20_000, hour(1)]]);
  expect(story.outs()).toEqual(["eth0", "wwan0", "eth0"]);
  expect(story.outSince("eth0", 21_000) - 80_000).toBeLessThan(100);
  expect(story.told("rehearsed")).toEqual([PASSED]);
  expect(story.commands("check-way", 22_000, 24_000)).toBe(1);
  expect(story.status(100_000).rehearsal).toMatchObject({ uplink: "lte", problems: [] });
  expect(story.flushes).toEqual([]);
});

test("there is one a night, in the night", () => {
  const story = tell([
    [20_000, hour(0)],
    [30_000, hour(5)],
    [40_000, hour(2)],
    [110_000, hour(3)],
  ]);
  expect(story.told("rehearsed")).toEqual([PASSED]);
  expect(story.outSince("wwan0", 0)).toBeGreaterThanOrEqual(40_000);
});

test.each([
  { rehearsedOn: 28, due: false },
  { rehearsedOn: 27, due: true },
  { rehearsedOn: null, due: true },
])("booted in the night, the last one begun on day $rehearsedOn: $due", ({ rehearsedOn, due }) => {
  const booted = start({ settings: rehearsing(), memory: null, rehearsedOn, seed: 1, now: 0 });
  expect(noteHour(booted, { kind: "hour-struck", day: 28, hour: 1, spread: 0 }).rehearsal.due).toBe(due);
});

test.each([
  { when: "monthly", day: 28, count: 1 },
  { when: "monthly", day: 29, count: 0 },
  { when: "weekly", day: 35, count: 1 },
  { when: "never", day: 28, count: 0 },
] as const)("$when, on day $day: $count", ({ when, day, count }) => {
  const story = tell([[20_000, hour(2, day)]], { settings: rehearsing(when) });
  expect(story.told("rehearsed")).toHaveLength(count);
});

test("it ends at once when the standby fails, and that is what it tells", () => {
  const story = tell([
    [20_000, hour(2)],
    [30_000, blackhole("lte")],
  ]);
  expect(story.outSince("eth0", 30_000)).toBeLessThan(34_000);
  expect(story.told("rehearsed")).toEqual(["The rehearsal of a failover to lte has failed: it failed meanwhile"]);
});

test("it never begins in an outage or without a standby, and an order calls it off", () => {
  expect(
    tell([
      [10_000, blackhole("fiber")],
      [30_000, hour(2)],
    ]).told("rehearsed"),
  ).toEqual([]);
  expect(
    tell([
      [10_000, blackhole("lte")],
      [30_000, hour(2)],
    ]).told("rehearsed"),
  ).toEqual([]);
  const story = tell([
    [20_000, hour(2)],
    [30_000, ordered({ kind: "failback" })],
  ]);
  expect(story.outSince("eth0", 30_000)).toBeLessThan(30_100);
  expect(story.told("rehearsed")).toEqual([]);
});

test("it waits for the end of the calls, and begins as soon as nobody calls", () => {
  const asterisk = { activeCalls: "wait", maxWaitMs: 10_000, access: { kind: "program", path: "/a" } } as const;
  const story = tell([[20_000, hour(2)]], {
    settings: rehearsing("daily", { asterisk }),
    activeCalls: (at) => (at < 70_000 ? 1 : 0),
  });
  expect(story.outSince("wwan0", 0)).toBeGreaterThan(70_000);
  expect(story.outSince("wwan0", 0)).toBeLessThan(90_000);
  expect(story.told("rehearsed")).toEqual([PASSED]);
});
