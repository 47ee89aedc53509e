import { expect, test } from "vitest";
import type { Verdict } from "../../src/core/detector/detector.ts";
import type { Candidate } from "../../src/core/policy/candidate.ts";
import { type Carriers, carriers, standbys } from "../../src/core/policy/carry.ts";

const candidate = (name: string, tier: number, verdict: Verdict, changes: Partial<Candidate> = {}): Candidate => ({
  name,
  tier,
  verdict,
  since: 0,
  reason: `${name} is ${verdict}`,
  usable: true,
  diverted: verdict === "down",
  portal: false,
  degraded: false,
  ...changes,
});

const FIBER = candidate("fiber", 1, "up");
const DOUBTFUL = candidate("fiber", 1, "suspect", { diverted: true });
const LTE = candidate("lte", 2, "up");
const DSL = candidate("dsl", 3, "up");
const TRIED = candidate("lte", 2, "hold-down");
const SILENT_ON_TRIAL = candidate("fiber", 1, "hold-down", { diverted: true });
const SHAKY = candidate("lte", 2, "suspect");

const carried = (candidates: readonly Candidate[], changes: Partial<Carriers> = {}): readonly string[] =>
  carriers({ candidates, active: ["fiber"], before: ["fiber"], divert: true, ...changes }).carrying;

test.each<[string, readonly string[], readonly string[]]>([
  ["the active one", carried([FIBER, LTE]), ["fiber"]],
  ["the active one while merely suspect", carried([candidate("fiber", 1, "suspect"), LTE]), ["fiber"]],
  ["the next best while the active one is in doubt", carried([DOUBTFUL, DSL, LTE]), ["lte"]],
  ["a clean one before a lossy one", carried([DOUBTFUL, { ...LTE, degraded: true }, DSL]), ["dsl"]],
  ["a lossy one rather than the doubtful", carried([DOUBTFUL, { ...LTE, degraded: true }]), ["lte"]],
  ["nobody new who is suspect", carried([DOUBTFUL, SHAKY]), ["fiber"]],
  ["whoever stands in, though suspect", carried([DOUBTFUL, SHAKY], { before: ["lte"] }), ["lte"]],
  ["not a stand-in in doubt", carried([DOUBTFUL, { ...SHAKY, diverted: true }], { before: ["lte"] }), ["fiber"]],
  ["one on trial that answers, where none is up", carried([DOUBTFUL, TRIED]), ["lte"]],
  ["not one on trial that is silent too", carried([DOUBTFUL, { ...TRIED, diverted: true }]), ["fiber"]],
  ["the active one on trial as long as it answers", carried([{ ...TRIED, name: "fiber" }, TRIED]), ["fiber"]],
  ["another on trial where the active one falls silent", carried([SILENT_ON_TRIAL, TRIED]), ["lte"]],
  ["the active one on trial where diverts are off", carried([SILENT_ON_TRIAL, TRIED], { divert: false }), ["fiber"]],
  ["nobody on trial in place of one that is down", carried([candidate("fiber", 1, "down"), TRIED]), ["fiber"]],
  [
    "whoever stands in on trial, until the policy has decided",
    carried([candidate("fiber", 1, "down"), TRIED], { before: ["lte"] }),
    ["lte"],
  ],
  ["not one without a path", carried([DOUBTFUL, { ...LTE, usable: false }]), ["fiber"]],
  ["the active one where diverts are off", carried([DOUBTFUL, LTE], { divert: false }), ["fiber"]],
  [
    "another when the path is gone, though diverts are off",
    carried([{ ...DOUBTFUL, usable: false }, LTE], { divert: false }),
    ["lte"],
  ],
  [
    "another when it is down, though diverts are off",
    carried([candidate("fiber", 1, "down"), LTE], { divert: false }),
    ["lte"],
  ],
  [
    "whoever did, while the active one is undecided",
    carried([candidate("fiber", 1, "unknown"), LTE], { before: ["lte"] }),
    ["lte"],
  ],
  [
    "not whoever did, if that is in doubt",
    carried([candidate("fiber", 1, "unknown"), { ...SHAKY, diverted: true }], { before: ["lte"] }),
    ["fiber"],
  ],
  ["the solid ones of a tier", carried([DOUBTFUL, LTE, DSL], { active: ["fiber", "lte"] }), ["lte"]],
  ["nobody, where nobody is active", carried([FIBER], { active: [], before: [] }), []],
])("new flows take %s", (_, carrying, expected) => {
  expect(carrying).toEqual(expected);
});

test("the reason of a divert is that of the doubt", () => {
  const load = carriers({ candidates: [DOUBTFUL, LTE], active: ["fiber"], before: ["fiber"], divert: true });
  expect(load.reason).toBe("fiber: fiber is suspect");
});

test.each<[string, readonly Candidate[], readonly string[]]>([
  ["the rest by tier", [DSL, LTE, FIBER], ["lte", "dsl"]],
  ["the lossy after the clean", [{ ...LTE, degraded: true }, DSL], ["dsl", "lte"]],
  [
    "the doubtful last",
    [
      { ...SHAKY, diverted: true },
      { ...DSL, degraded: true },
    ],
    ["dsl", "lte"],
  ],
  ["nobody who is down or has no path", [candidate("lte", 2, "down"), { ...DSL, usable: false }], []],
])("standbys are %s", (_, candidates, expected) => {
  expect(standbys(candidates, ["fiber"])).toEqual(expected);
});
