import { describe, expect, test } from "vitest";
import type { Settings } from "../../src/core/settings.ts";
import { blackhole, carrierLost, killed, ordered } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { RunsScripts } from "../sim/daemon.ts";

const CHANGE = "/mnt/kd/wan-failover.script";
const EXIT = "/mnt/kd/wan-failover-exit.script";

const SCRIPTED: Settings = {
  ...settingsOf([FIBER, LTE], { holdAfterFailoverMs: 30_000, drainMs: 0 }),
  scripts: { change: CHANGE, allowFailback: EXIT, timeoutMs: 30_000 },
};

const outage = { settings: SCRIPTED, happens: [[20_000, blackhole("fiber", 20_000)]] } as const;

describe("the script change", () => {
  test("is told of a failover and of the failback, with AstLinux's six arguments", () => {
    const { scripts, switches } = tellStory({ ...outage, untilMs: 120_000 });
    const changes = scripts.filter(({ script }) => script === "change");
    expect(changes.map((one) => one.arguments)).toEqual([
      ["SECONDARY", "eth0", "203.0.113.1", "wwan0", "198.51.100.1", "fe80::2"],
      ["PRIMARY", "eth0", "203.0.113.1", "wwan0", "198.51.100.1", "fe80::2"],
    ]);
    expect(changes.map(({ at }) => at)).toEqual(
      switches()
        .slice(1)
        .map(({ at }) => at),
    );
    expect(changes[0]?.variables).toMatchObject({
      WAN_FAILOVER_EVENT: "failover",
      WAN_FAILOVER_FROM: "fiber",
      WAN_FAILOVER_TO: "lte",
      WAN_FAILOVER_FAMILY: "ipv4",
      WAN_FAILOVER_REASON: expect.stringMatching(/^fiber is down: /),
    });
  });

  test("is not run for a divert", () => {
    const story = tellStory({ settings: SCRIPTED, happens: [[20_000, blackhole("fiber", 2000)]], untilMs: 60_000 });
    expect(story.told("diverted")).not.toEqual([]);
    expect(story.scripts).toEqual([]);
  });

  test("is told at the start where the primary is dead already", () => {
    const story = tellStory({ settings: SCRIPTED, happens: [[0, blackhole("fiber")]], untilMs: 20_000 });
    expect(story.scripts.map((one) => one.arguments[0])).toEqual(["SECONDARY"]);
  });

  test("that hangs holds nothing up, and hears only the latest of what it missed", () => {
    const runScript: RunsScripts = ({ script }) => ({
      afterMs: script === "change" ? 60_000 : 10,
      outcome: { kind: "exited", code: 0 },
    });
    const settings = {
      ...SCRIPTED,
      failover: { ...SCRIPTED.failover, holdAfterFailoverMs: 0, holdAfterFailbackMs: 0 },
    };
    const story = tellStory({
      settings,
      happens: [
        [20_000, ordered({ kind: "use", uplink: "lte" })],
        [30_000, ordered({ kind: "use", uplink: "fiber" })],
        [40_000, ordered({ kind: "use", uplink: "lte" })],
        [50_000, ordered({ kind: "use", uplink: "fiber" })],
      ],
      untilMs: 160_000,
      runScript,
    });
    expect(
      story
        .switches()
        .slice(1)
        .map(({ to }) => to),
    ).toEqual(["lte", "fiber", "lte", "fiber"]);
    expect(story.scripts.map((one) => one.arguments[0])).toEqual(["SECONDARY", "PRIMARY"]);
  });

  test("that fails is reported, and called again at the next switch", () => {
    const runScript: RunsScripts = ({ script }) => ({
      afterMs: 10,
      outcome: script === "change" ? { kind: "exited", code: 3 } : { kind: "absent" },
    });
    const story = tellStory({ ...outage, untilMs: 120_000, runScript });
    expect(story.told("script-failed")).toEqual([
      `The script ${CHANGE} failed: exit code 3`,
      `The script ${CHANGE} failed: exit code 3`,
    ]);
    expect(story.status(115_000).problems).toEqual([`The script ${CHANGE} failed: exit code 3`]);
  });

  test("is not called again by a restart", () => {
    const story = tellStory({
      settings: SCRIPTED,
      happens: [
        [20_000, blackhole("fiber")],
        [40_000, killed("kept", 1000)],
      ],
      untilMs: 60_000,
    });
    expect(story.scripts.map((one) => one.arguments[0])).toEqual(["SECONDARY"]);
  });
});

describe("the script allowFailback", () => {
  const refusing =
    (untilMs: number): RunsScripts =>
    ({ script }, at) => ({
      afterMs: 10,
      outcome: { kind: "exited", code: script === "allowFailback" && at < untilMs ? 1 : 0 },
    });

  test("is asked before a failback, again each 10 s, and obeyed", () => {
    const story = tellStory({ ...outage, untilMs: 150_000, runScript: refusing(110_000) });
    const questions = story.scripts.filter(({ script }) => script === "allowFailback");
    expect(questions[0]?.arguments).toEqual([
      "SECONDARY_EXIT",
      "eth0",
      "203.0.113.1",
      "wwan0",
      "198.51.100.1",
      "fe80::2",
    ]);
    const gaps = questions.slice(1).map(({ at }, index) => at - (questions[index]?.at ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    for (const gap of gaps) expect(gap).toBeCloseTo(10_010, -1);
    const failback = story.switches().find(({ how }) => how === "failback");
    expect(failback?.at).toBeGreaterThan(110_000);
    expect(failback?.at).toBeLessThan(121_000);
    expect(story.status(100_000).families.ipv4.waiting).toBe(
      `fiber works again; ${EXIT} keeps traffic here (exit code 1)`,
    );
  });

  test("can't keep traffic on an uplink that fails", () => {
    const story = tellStory({
      settings: SCRIPTED,
      happens: [
        [20_000, blackhole("fiber", 20_000)],
        [110_000, carrierLost("lte")],
      ],
      untilMs: 130_000,
      runScript: refusing(Number.POSITIVE_INFINITY),
    });
    expect(story.out(112_000)).toBe("eth0");
  });

  test("is not asked where a person orders the failback", () => {
    const story = tellStory({
      settings: SCRIPTED,
      happens: [
        [20_000, blackhole("fiber", 20_000)],
        [100_000, ordered({ kind: "failback" })],
      ],
      untilMs: 120_000,
      runScript: refusing(Number.POSITIVE_INFINITY),
    });
    expect(story.out(101_000)).toBe("eth0");
  });

  test("is asked at the end of a test, and not where a person ends it", () => {
    const test = ordered({ kind: "test", uplink: null, forMs: 20_000 });
    const plot = { settings: SCRIPTED, runScript: refusing(70_000), untilMs: 90_000 };
    const byItself = tellStory({ ...plot, happens: [[20_000, test]] });
    expect(byItself.out(60_000)).toBe("wwan0");
    expect(byItself.out(85_000)).toBe("eth0");
    const byHand = tellStory({
      ...plot,
      happens: [
        [20_000, test],
        [30_000, ordered({ kind: "failback" })],
      ],
    });
    expect(byHand.out(31_000)).toBe("eth0");
  });

  test("that hangs keeps traffic where it is and says so", () => {
    const runScript: RunsScripts = () => ({
      afterMs: 33_000,
      outcome: { kind: "failed", problem: "it did not end within 30 s" },
    });
    const story = tellStory({ ...outage, untilMs: 150_000, runScript });
    expect(story.out(140_000)).toBe("wwan0");
    expect(story.told("script-failed")).toContain(`The script ${EXIT} failed: it did not end within 30 s`);
  });
});
