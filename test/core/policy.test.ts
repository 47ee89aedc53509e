import { describe, expect, test } from "vitest";
import type { Verdict } from "../../src/core/detector/detector.ts";
import type { Candidate } from "../../src/core/policy/candidate.ts";
import { choose, DOUBT_MS, LAST_RESORT_MS, type Situation } from "../../src/core/policy/policy.ts";
import type { FamilyState } from "../../src/core/state.ts";
import { FAILOVER } from "../fake/settings.ts";

const NOW = 1_000_000;

const candidate = (name: string, tier: number, verdict: Verdict, changes: Partial<Candidate> = {}): Candidate => ({
  name,
  tier,
  verdict,
  since: NOW - 60_000,
  reason: "because",
  usable: true,
  diverted: verdict === "down",
  portal: false,
  degraded: false,
  ...changes,
});

const family = (active: readonly string[], changes: Partial<FamilyState> = {}): FamilyState => ({
  active,
  carrying: active,
  since: 0,
  how: "chosen",
  reason: "so it began",
  holdUntil: 0,
  failbackGranted: false,
  steered: [],
  waiting: null,
  drains: [],
  ...changes,
});

const situation = (
  candidates: readonly Candidate[],
  active: readonly string[],
  changes: Partial<Situation> = {},
): Situation => ({
  candidates,
  family: family(active),
  wish: null,
  settings: FAILOVER,
  gate: null,
  now: NOW,
  ...changes,
});

const HELD = { family: family(["lte"], { how: "failover", holdUntil: NOW + 5000 }) };
const LTE_WISH = { uplink: "lte", why: "test" } as const;
const clean = (): readonly Candidate[] => [candidate("fiber", 1, "up"), candidate("lte", 2, "up")];

describe("the active uplinks", () => {
  test.each<[string, Situation, readonly string[], string | null]>([
    ["stay while the best works", situation(clean(), ["fiber"]), ["fiber"], null],
    [
      "stay while the best is suspect",
      situation([candidate("fiber", 1, "suspect"), candidate("lte", 2, "up")], ["fiber"]),
      ["fiber"],
      null,
    ],
    [
      "stay while the best is undecided",
      situation([candidate("fiber", 1, "unknown"), candidate("lte", 2, "up")], ["fiber"]),
      ["fiber"],
      null,
    ],
    [
      "leave what is down",
      situation([candidate("fiber", 1, "down"), candidate("lte", 2, "up")], ["fiber"]),
      ["lte"],
      "failover",
    ],
    [
      "leave what is undecided and has no path",
      situation([candidate("fiber", 1, "unknown", { usable: false }), candidate("lte", 2, "up")], ["fiber"]),
      ["lte"],
      "failover",
    ],
    [
      "leave what is held down for what is better",
      situation([candidate("fiber", 1, "up"), candidate("lte", 2, "hold-down")], ["lte"]),
      ["fiber"],
      "failback",
    ],
    [
      "keep what answers again if what is up is worse",
      situation([candidate("fiber", 1, "hold-down"), candidate("lte", 2, "up")], ["fiber"]),
      ["fiber"],
      null,
    ],
    [
      "take the best of three",
      situation([candidate("fiber", 1, "down"), candidate("dsl", 3, "up"), candidate("lte", 2, "up")], ["fiber"]),
      ["lte"],
      "failover",
    ],
    [
      "take the clean before the lossy",
      situation(
        [candidate("fiber", 1, "down"), candidate("lte", 2, "up", { degraded: true }), candidate("dsl", 3, "up")],
        ["fiber"],
      ),
      ["dsl"],
      "failover",
    ],
    [
      "take the lossy rather than none",
      situation([candidate("fiber", 1, "down"), candidate("lte", 2, "up", { degraded: true })], ["fiber"]),
      ["lte"],
      "failover",
    ],
    [
      "take all of a tier",
      situation([candidate("a", 1, "up"), candidate("b", 1, "up"), candidate("lte", 2, "up")], []),
      ["a", "b"],
      "chosen",
    ],
    [
      "take in who joins the tier",
      situation([candidate("a", 1, "up"), candidate("b", 1, "up")], ["a"]),
      ["a", "b"],
      "rebalanced",
    ],
    [
      "let go who leaves the tier",
      situation([candidate("a", 1, "down"), candidate("b", 1, "up")], ["a", "b"]),
      ["b"],
      "rebalanced",
    ],
    [
      "stay where none works",
      situation([candidate("fiber", 1, "down"), candidate("lte", 2, "down")], ["fiber"]),
      ["fiber"],
      null,
    ],
    [
      "don't take a suspect in diverts",
      situation([candidate("fiber", 1, "down"), candidate("lte", 2, "suspect", { diverted: true })], ["fiber"]),
      ["fiber"],
      null,
    ],
    [
      "don't take a suspect without a path",
      situation([candidate("fiber", 1, "down"), candidate("lte", 2, "suspect", { usable: false })], ["fiber"]),
      ["fiber"],
      null,
    ],
    ["go back after the hold", situation(clean(), ["lte"]), ["fiber"], "failback"],
    ["don't go back within the hold", situation(clean(), ["lte"], HELD), ["lte"], null],
    [
      "leave within the hold what is down",
      situation([candidate("fiber", 1, "up"), candidate("lte", 2, "down")], ["lte"], HELD),
      ["fiber"],
      "failback",
    ],
    [
      "don't go back by themselves if failback is manual",
      situation(clean(), ["lte"], { settings: { ...FAILOVER, failback: "manual" } }),
      ["lte"],
      null,
    ],
    [
      "go back if it was granted",
      situation(clean(), ["lte"], {
        settings: { ...FAILOVER, failback: "manual" },
        family: family(["lte"], { failbackGranted: true, holdUntil: NOW + 9 }),
      }),
      ["fiber"],
      "failback",
    ],
    ["follow a wish", situation(clean(), ["fiber"], { wish: LTE_WISH }), ["lte"], "ordered"],
    [
      "follow a wish within the hold",
      situation(clean(), ["lte"], { ...HELD, wish: { uplink: "fiber", why: "pin" } }),
      ["fiber"],
      "ordered",
    ],
    [
      "don't follow a wish for what is down",
      situation([candidate("fiber", 1, "up"), candidate("lte", 2, "down")], ["fiber"], { wish: LTE_WISH }),
      ["fiber"],
      null,
    ],
    [
      "go back when a wish has ended, whatever the hold",
      situation(clean(), ["lte"], { family: family(["lte"], { how: "ordered", holdUntil: NOW + 9 }) }),
      ["fiber"],
      "failback",
    ],
    [
      "wait for an undecided better one at the start",
      situation([candidate("fiber", 1, "unknown"), candidate("lte", 2, "up")], []),
      [],
      null,
    ],
    [
      "don't wait for an undecided worse one",
      situation([candidate("fiber", 1, "up"), candidate("lte", 2, "unknown")], []),
      ["fiber"],
      "chosen",
    ],
    [
      "don't wait for one without a path",
      situation([candidate("fiber", 1, "unknown", { usable: false }), candidate("lte", 2, "up")], []),
      ["lte"],
      "chosen",
    ],
  ])("%s", (_, given, active, how) => {
    const choice = choose(given);
    expect(choice.active).toEqual(active);
    expect(choice.how).toBe(how);
    expect(choice.reason).toMatch(/\w/);
  });
});

describe("where nothing is up", () => {
  test("who answers first is trusted after a moment", () => {
    const lte = (since: number): Candidate => candidate("lte", 2, "hold-down", { since });
    const fresh = choose(situation([candidate("fiber", 1, "down"), lte(NOW - 10)], ["fiber"]));
    expect(fresh).toMatchObject({ how: null, reviewAt: NOW - 10 + LAST_RESORT_MS, waiting: "lte begins to answer" });
    const proven = choose(situation([candidate("fiber", 1, "down"), lte(NOW - LAST_RESORT_MS)], ["fiber"]));
    expect(proven).toMatchObject({ active: ["lte"], how: "failover" });
    expect(proven.reason).toMatch(/^fiber is down: .*; no uplink is up, and lte answers again$/);
  });

  test("a suspicion is waited for, but not for ever", () => {
    const lte = (since: number): Candidate => candidate("lte", 2, "suspect", { since });
    const fresh = choose(situation([candidate("fiber", 1, "down"), lte(NOW - 10)], ["fiber"]));
    expect(fresh).toMatchObject({ how: null, reviewAt: NOW - 10 + DOUBT_MS, waiting: "lte is in doubt" });
    const old = choose(situation([candidate("fiber", 1, "down"), lte(NOW - DOUBT_MS)], ["fiber"]));
    expect(old).toMatchObject({ active: ["lte"], how: "failover" });
  });

  test("it is said what is waited for", () => {
    expect(choose(situation([candidate("fiber", 1, "down")], ["fiber"])).waiting).toBeNull();
    expect(choose(situation([candidate("fiber", 1, "unknown")], [])).waiting).toBe("not decided yet");
  });
});

test("a lossy incumbent is left only outside of a hold", () => {
  const both = [candidate("fiber", 1, "up", { degraded: true, reason: "12 % lost" }), candidate("lte", 2, "up")];
  const held = { family: family(["fiber"], { how: "failback", holdUntil: NOW + 5 }) };
  expect(choose(situation(both, ["fiber"], held))).toMatchObject({ how: null, reviewAt: NOW + 5 });
  expect(choose(situation(both, ["fiber"]))).toMatchObject({ how: "failover", reason: "fiber is degraded: 12 % lost" });
});

test("the reason of a failover names every uplink that failed", () => {
  const down = (name: string): Candidate => candidate(name, 1, "down", { reason: `${name} is silent` });
  const choice = choose(situation([down("a"), down("b"), candidate("lte", 2, "up")], ["a", "b"]));
  expect(choice.reason).toBe("a is down: a is silent; b is down: b is silent");
});
