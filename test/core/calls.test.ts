import { expect, test } from "vitest";
import type { AsteriskSettings, Settings } from "../../src/core/settings.ts";
import { blackhole, ordered } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { RunsScripts } from "../sim/daemon.ts";

const settingsWith = (asterisk: Partial<AsteriskSettings> = {}): Settings => ({
  ...settingsOf([FIBER, LTE], { holdAfterFailoverMs: 10_000, drainMs: 0 }),
  asterisk: {
    activeCalls: "wait",
    maxWaitMs: 3_600_000,
    access: { kind: "program", path: "/usr/sbin/asterisk" },
    ...asterisk,
  },
});

/** A call from the outage on, for so long. */
const callUntil = (endMs: number) => (atMs: number) => (atMs < endMs ? 1 : 0);

const backAt = (story: ReturnType<typeof tellStory>): number =>
  story.switches().find(({ how }) => how === "failback")?.at ?? Number.NaN;

const outage = [[20_000, blackhole("fiber", 20_000)]] as const;

test("a failback waits for the end of the last call, and status says so", () => {
  const story = tellStory({
    settings: settingsWith(),
    happens: outage,
    untilMs: 400_000,
    activeCalls: callUntil(300_000),
  });
  expect(story.status(200_000).families.ipv4.waiting).toBe("fiber works again; Asterisk has 1 active call");
  expect(backAt(story)).toBeGreaterThan(300_000);
  expect(backAt(story)).toBeLessThan(310_100);
});

test("it waits no longer than maxWait, and no shorter for a call that ends and another that begins", () => {
  const settings = settingsWith({ maxWaitMs: 120_000 });
  const story = tellStory({
    settings,
    happens: outage,
    untilMs: 400_000,
    activeCalls: callUntil(Number.POSITIVE_INFINITY),
  });
  const free = tellStory({ settings, happens: outage, untilMs: 400_000 });
  expect(backAt(story) - backAt(free)).toBeGreaterThan(119_000);
  expect(backAt(story) - backAt(free)).toBeLessThan(121_000);
});

test("without a call, or where calls are ignored, it costs nothing", () => {
  const without = tellStory({ settings: { ...settingsWith(), asterisk: null }, happens: outage, untilMs: 200_000 });
  const free = tellStory({ settings: settingsWith(), happens: outage, untilMs: 200_000 });
  const ignoring = tellStory({
    settings: settingsWith({ activeCalls: "ignore" }),
    happens: outage,
    untilMs: 200_000,
    activeCalls: () => 3,
  });
  expect(backAt(ignoring)).toBe(backAt(without));
  expect(backAt(free) - backAt(without)).toBeLessThan(1000);
});

test("a call never keeps traffic on an uplink that fails, nor a person from a failback", () => {
  const activeCalls = () => 1;
  const failed = tellStory({
    settings: settingsWith(),
    happens: [...outage, [60_000, blackhole("lte")]],
    untilMs: 120_000,
    activeCalls,
  });
  expect(failed.out(100_000)).toBe("eth0");
  const ordering = tellStory({
    settings: settingsWith(),
    happens: [...outage, [120_000, ordered({ kind: "failback" })]],
    untilMs: 200_000,
    activeCalls,
  });
  expect(Math.round(backAt(ordering) / 1000)).toBe(120);
});

test("Asterisk registers anew after each switch, and not at the start", () => {
  const story = tellStory({ settings: settingsWith(), happens: outage, untilMs: 200_000 });
  const between = (fromMs: number, toMs: number) => story.commands("ask-asterisk", fromMs, toMs);
  expect(between(0, 19_000)).toBe(0);
  expect(between(20_000, 30_000)).toBe(1);
  expect(between(backAt(story), 200_000)).toBe(1);
});

/** Asterisk and the admin's script both have a say. */
const askingBoth = (exitCode: number, activeCalls: (atMs: number) => number) => {
  const settings = { ...settingsWith(), scripts: { change: null, allowFailback: "/etc/allow", timeoutMs: 30_000 } };
  const runScript: RunsScripts = () => ({ afterMs: 10, outcome: { kind: "exited", code: exitCode } });
  return tellStory({ settings, happens: outage, untilMs: 200_000, activeCalls, runScript });
};

test("a script that allows a failback is not run again and again while a call goes on", () => {
  const story = askingBoth(0, callUntil(180_000));
  expect(story.scripts.filter(({ at }) => at < 180_000).length).toBeLessThan(40);
  expect(backAt(story)).toBeGreaterThan(180_000);
  expect(backAt(story)).toBeLessThan(195_000);
});

test("Asterisk without a call is not asked again and again while a script keeps traffic", () => {
  const story = askingBoth(1, () => 0);
  expect(story.commands("ask-asterisk", 30_000, 200_000)).toBeLessThan(40);
  expect(backAt(story)).toBeNaN();
});
