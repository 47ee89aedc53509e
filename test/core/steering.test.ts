import { expect, test } from "vitest";
import { markOf } from "../../src/core/kernel/mark.ts";
import type { SteeringSettings } from "../../src/core/settings.ts";
import { blackhole, carrierLost, killed, reloaded } from "../fake/happenings.ts";
import { DSL, FIBER, LTE, settingsOf } from "../fake/settings.ts";
import { type Plot, type Story, tellStory } from "../fake/story.ts";

const EVERYTHING: SteeringSettings = {
  name: "guests",
  ...{ from: [], to: [], input: null, transport: null, mark: null, sourcePorts: [], ports: [] },
  over: ["lte"],
  otherwise: "default",
};
const GUESTS: SteeringSettings = { ...EVERYTHING, from: ["192.168.20.0/24"] };

const told = (steering: readonly SteeringSettings[], plot: Pick<Plot, "happens" | "untilMs">): Story =>
  tellStory({ settings: { ...settingsOf([FIBER, LTE, DSL]), steering }, ...plot });

const guest = { family: "ipv4", mark: 0, from: "192.168.20.7", boundTo: null } as const;

test("steered traffic takes its uplink, the rest the best one, and addresses of one family say nothing of the other", () => {
  const story = told([GUESTS], { happens: [], untilMs: 5000 });
  expect([story.way(4000, guest), story.out(4000)]).toEqual(["wwan0", "eth0"]);
  expect(story.way(4000, { ...guest, family: "ipv6", from: "2001:db8:20::7" })).toBe("eth0");
  expect(story.status(4000).steering).toEqual([
    { name: "guests", summary: "over lte", families: { ipv4: { over: "lte", refused: false }, ipv6: null } },
  ]);
});

test("what is pinned to an uplink already is left there", () => {
  const story = told([GUESTS], { happens: [], untilMs: 5000 });
  expect(story.way(4000, { ...guest, mark: markOf(3) })).toBe("ppp0");
});

test("a silent uplink loses its steered traffic as soon as others would, is flushed, and gets it back once it is up", () => {
  const story = told([GUESTS], { happens: [[20_000, blackhole("lte", 20_000)]], untilMs: 120_000 });
  expect(story.way(21_500, guest)).toBe("eth0");
  expect(story.out(21_500)).toBe("eth0");
  expect(story.flushes.filter(({ mark, family }) => mark === markOf(2) && family === "ipv4")).toHaveLength(1);
  expect(story.way(119_000, guest)).toBe("wwan0");
});

test("it goes to the next that is named, and then to whoever carries the rest", () => {
  const happens = [
    [20_000, carrierLost("dsl")],
    [40_000, carrierLost("lte")],
  ] as const;
  const story = told([{ ...GUESTS, over: ["dsl", "lte"] }], { happens, untilMs: 60_000 });
  expect([19_000, 21_000, 41_000].map((at) => story.way(at, guest))).toEqual(["ppp0", "wwan0", "eth0"]);
});

test("what may go nowhere else is refused once its uplink is proven dead, not sooner", () => {
  const settings = { ...GUESTS, otherwise: "refuse" } as const;
  const story = told([settings], { happens: [[20_000, blackhole("lte", 20_000)]], untilMs: 120_000 });
  expect(story.way(21_500, guest)).toBe("wwan0");
  expect(story.way(26_000, guest)).toBe("unreachable");
  expect(story.out(26_000)).toBe("eth0");
  expect(story.status(26_000).steering?.[0]?.families.ipv4).toEqual({ over: null, refused: true });
  expect(story.way(119_000, guest)).toBe("wwan0");
});

test("the first that fits decides, as long as one of its uplinks works", () => {
  const byPort = { ...EVERYTHING, name: "voice", ports: [{ first: 5060, last: 5061 }], over: ["dsl"] };
  const story = told([GUESTS, byPort], { happens: [[20_000, carrierLost("lte")]], untilMs: 40_000 });
  const call = { ...guest, lan: { input: "br-guest", port: 5061 } };
  expect([story.way(19_000, call), story.way(21_000, call)]).toEqual(["wwan0", "ppp0"]);
  expect(story.way(19_000, { ...call, from: null })).toBe("ppp0");
  expect(story.way(19_000, { ...call, from: null, lan: { input: "lan0", port: 443 } })).toBe("eth0");
});

test("what others have marked is steered by its mark, in their bits, until it bears an uplink's", () => {
  const marked = { ...EVERYTHING, name: "expedited", mark: { mark: 0x8000_0100, mask: 0x8000_ff00 }, over: ["lte"] };
  const story = told([marked], { happens: [], untilMs: 20_000 });
  const way = (mark: number): string => story.way(19_000, { ...guest, mark });
  expect([way(0x8000_0100), way(0x8000_0177), way(0x100), way(0)]).toEqual(["wwan0", "wwan0", "eth0", "eth0"]);
  expect(way((0x8000_0100 | markOf(1)) >>> 0)).toBe("eth0");
});

test("an uplink that only steered traffic takes is watched as closely as one that carries the rest", () => {
  const probes = (steering: readonly SteeringSettings[]): number =>
    told(steering, { happens: [], untilMs: 120_000 }).commands("send-probe", 30_000, 120_000);
  expect(probes([{ ...GUESTS, over: ["dsl"] }])).toBeGreaterThan(probes([]) + 20);
});

test("what is steered to a stand-in stays there after the failback, with all else that began there", () => {
  const drained = (steering: readonly SteeringSettings[]): number =>
    tellStory({
      settings: { ...settingsOf([FIBER, LTE], { holdAfterFailoverMs: 1000, drainMs: 5000 }), steering },
      happens: [[20_000, blackhole("fiber", 10_000)]],
      untilMs: 120_000,
    }).flushes.filter(({ mark, family }) => mark === markOf(2) && family === "ipv4").length;
  expect([drained([]), drained([GUESTS])]).toEqual([1, 0]);
});

test("it is there again after a crash, and gone with its lines in the config", () => {
  const without = settingsOf([FIBER, LTE, DSL]);
  const happens = [
    [20_000, killed("lost", 1000)],
    [40_000, reloaded(without)],
  ] as const;
  const story = told([GUESTS], { happens, untilMs: 60_000 });
  expect([20_500, 30_000, 41_000].map((at) => story.way(at, guest))).toEqual(["wwan0", "wwan0", "eth0"]);
  expect(story.status(41_000).steering).toBeUndefined();
});
