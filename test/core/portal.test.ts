import { expect, test } from "vitest";
import { PRESETS } from "../../src/core/detector/presets.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import type { HttpTarget } from "../../src/core/target/target.ts";
import { portal } from "../fake/happenings.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { tellStory } from "../fake/story.ts";
import type { Script } from "../sim/happening.ts";

const PAGE: HttpTarget = {
  kind: "http",
  secure: false,
  host: { kind: "name", name: "detect.example.net" },
  port: 80,
  path: "/",
  expect: 204,
  body: null,
};

/** An uplink that asks for a page beside what it pings. */
const watched = (uplink: UplinkSettings): UplinkSettings => {
  const { ipv4, ipv6 } = uplink.families;
  return {
    ...uplink,
    families: {
      ipv4: { ...ipv4, targets: [...ipv4.targets, PAGE] },
      ipv6: { ...ipv6, targets: [...ipv6.targets, PAGE] },
    },
  };
};

const HOLDS = { holdAfterFailoverMs: 60_000, holdAfterFailbackMs: 60_000 };
const SETTINGS = settingsOf([watched(FIBER), watched(LTE)], HOLDS);
const LOGIN = "shows a login page: redirected to http://login.hotel.example/";

const tell = (happens: Script, untilMs = 400_000) => tellStory({ settings: SETTINGS, happens, untilMs });

test("a login page moves traffic within two intervals, tells why, and gives it back when it is gone", () => {
  const story = tell([[30_000, portal("fiber", 120_000)]]);
  expect(story.switches().map(({ to, how, reason }) => [to, how, reason])).toEqual([
    ["fiber", "chosen", "fiber is the best uplink that works"],
    ["lte", "failover", `fiber ${LOGIN}`],
    ["fiber", "failback", expect.stringMatching(/^fiber works again: answers within/)],
  ]);
  const [, away, back] = story.switches();
  expect(away?.at).toBeLessThan(30_000 + PRESETS.balanced.pageIntervalMs + 5_000);
  expect(back?.at).toBeGreaterThan(150_000);
  expect([...story.told("portal-found")].sort()).toEqual([`fiber IPv4 ${LOGIN}`, `fiber IPv6 ${LOGIN}`]);
  expect(story.told("portal-gone")).toEqual([
    expect.stringMatching(/^fiber IPv[46] shows no login page any more$/),
    expect.stringMatching(/^fiber IPv[46] shows no login page any more$/),
  ]);
});

test("flows that run through a login page start anew elsewhere", () => {
  const story = tell([[30_000, portal("fiber")]]);
  const switched = story.switches()[1]?.at ?? 0;
  expect(story.flushes.filter(({ family }) => family === "ipv4").map(({ at }) => at)).toEqual([switched]);
  expect(story.status(switched).families.ipv4.drains).toEqual([]);
});

test("a login page is a degradation with its own reason, and the uplink counts as up", () => {
  const story = tell([[30_000, portal("fiber")]]);
  expect(story.status(200_000).uplinks[0]?.families.ipv4).toMatchObject({
    verdict: "up",
    reason: LOGIN,
    degraded: { loss: false, latency: false, portal: true },
  });
});

test("login pages on all uplinks leave traffic on the preferred one, once all are known", () => {
  const story = tell([
    [30_000, portal("fiber")],
    [30_000, portal("lte")],
  ]);
  expect(story.outs(200_000)).toEqual(["eth0"]);
  expect(story.switches().length).toBeLessThanOrEqual(3);
});

test("a login page in the midst of a hold is left at once", () => {
  const settings = settingsOf([watched(FIBER), watched(LTE)], { ...HOLDS, holdAfterFailoverMs: 3_600_000 });
  const story = tellStory({
    settings,
    happens: [
      [30_000, { kind: "blackhole", uplink: "fiber", families: ["ipv4", "ipv6"], forMs: 10_000 }],
      [100_000, portal("lte")],
    ],
    untilMs: 300_000,
  });
  expect(story.switches()[2]).toMatchObject({ to: "fiber", how: "failback", reason: `lte ${LOGIN}` });
  expect(story.switches()[2]?.at).toBeLessThan(100_000 + PRESETS.balanced.pageIntervalMs + 5_000);
});

test("an uplink that is pinned by hand keeps traffic in spite of its login page", () => {
  const story = tell([
    [10_000, { kind: "ordered", order: { kind: "use", uplink: "fiber" } }],
    [30_000, portal("fiber")],
  ]);
  expect(story.outs(0)).toEqual(["eth0"]);
});

test("a failure beside a login page tells both", () => {
  const story = tell([
    [30_000, portal("fiber")],
    [150_000, { kind: "blackhole", uplink: "fiber", families: ["ipv4", "ipv6"], forMs: 100_000 }],
  ]);
  expect(story.status(200_000).uplinks[0]?.families.ipv4?.reason).toMatch(
    /^\d+ probes to \d targets unanswered for .*; it shows a login page: redirected to http:\/\/login\.hotel\.example\/$/,
  );
});
