import { describe, expect, test } from "vitest";
import { explain } from "../../src/api/text/explain.ts";
import { blackhole, ordered } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";

const QUICK = settingsOf([FIBER, LTE], { holdAfterFailoverMs: 60_000, drainMs: 20_000 });

const OUTAGE = tellStory({ settings: QUICK, happens: [[20_000, blackhole("fiber", 20_000)]], untilMs: 110_000 });

describe("the summary says in one sentence", () => {
  test.each<[number, RegExp]>([
    [4, /^No uplink has been chosen yet\.$/],
    [10_000, /^Traffic takes fiber: fiber is the best uplink that works\.$/],
    [22_000, /^New connections take lte while fiber is in doubt\.$/],
    [
      30_000,
      /^Traffic takes lte: fiber is down: \d+ probes to 3 targets unanswered for \d\.\d s; upstream: its gateway answers\.$/,
    ],
    [90_000, /^Traffic takes fiber: fiber works again: answered throughout its hold-down of 30 s, .*\.$/],
  ])("what is after %i ms", (at, summary) => {
    expect(OUTAGE.status(at).summary).toMatch(summary);
  });

  test("that nothing works", () => {
    const story = tellStory({
      happens: [
        [0, blackhole("fiber")],
        [0, blackhole("lte")],
      ],
      untilMs: 30_000,
    });
    expect(story.status(29_000)).toMatchObject({ online: false, summary: "No uplink has been chosen yet." });
  });
});

test("an uplink that answers again after all were down is what traffic takes, and no hold is told of", () => {
  const story = tellStory({
    settings: QUICK,
    happens: [
      [20_000, blackhole("fiber")],
      [30_000, blackhole("lte", 15_000)],
    ],
    untilMs: 60_000,
  });
  expect(story.status(44_000)).toMatchObject({ online: false, families: { ipv4: { holdLeftMs: 0 } } });
  const after = story.status(55_000);
  expect(after).toMatchObject({ online: true, families: { ipv4: { active: ["lte"], waiting: "lte answers again" } } });
  expect(after.summary).toMatch(/^Traffic takes lte: fiber is down: /);
  expect(after.uplinks[1]?.families.ipv4?.verdict).toBe("hold-down");
  expect(story.view(55_000)).toMatchObject({ online: true, lead: "lte", uplinks: [{ works: false }, { works: null }] });
  expect(explain(after)[0]).toMatch(/ lte is in hold-down: answers again after /);
});

test("holds, drains and tests tell what is left of them", () => {
  expect(OUTAGE.status(60_000).families.ipv4.holdLeftMs).toBeGreaterThan(20_000);
  expect(OUTAGE.status(60_000).uplinks[0]?.families.ipv4?.holdLeftMs).toBeGreaterThan(5000);
  expect(OUTAGE.status(90_000).families.ipv4.drains).toMatchObject([{ uplink: "lte" }]);
  const test30s = ordered({ kind: "test", uplink: null, forMs: 30_000 });
  const story = tellStory({ happens: [[10_000, test30s]], untilMs: 20_000 });
  expect(story.status(20_000).test?.leftMs).toBeCloseTo(20_000, -2);
});

test("loss and round trip are those of the newest probes that are decided", () => {
  const quality = OUTAGE.status(10_000).uplinks[0]?.families.ipv4;
  expect(quality?.loss).toBe(0);
  expect(quality?.rttMs).toBeCloseTo(8, 0);
  expect(OUTAGE.status(30_000).uplinks[0]?.families.ipv4?.loss).toBeGreaterThan(0.3);
  expect(OUTAGE.status(30_000).uplinks[0]?.families.ipv4?.recentRttMs.at(-1)).toBeNull();
});

test("a family that an uplink doesn't use is null, and one without a path says why", () => {
  const off = { ...LTE, families: { ...LTE.families, ipv6: { ...LTE.families.ipv6, method: "none" as const } } };
  const lost = { kind: "address-lost", uplink: "fiber", family: "ipv6", forMs: Number.POSITIVE_INFINITY } as const;
  const story = tellStory({ settings: settingsOf([FIBER, off]), happens: [[0, lost]], untilMs: 10_000 });
  const [fiber, lte] = story.status(9000).uplinks;
  expect(lte?.families.ipv6).toBeNull();
  expect(fiber?.families.ipv6).toMatchObject({ verdict: "down", reason: "no IPv6 address on eth0", gateway: null });
});

test("every status survives its way through JSON", () => {
  for (let at = 0; at <= 110_000; at += 250) {
    const status = OUTAGE.status(at);
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  }
});
