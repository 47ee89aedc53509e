import { expect, test } from "vitest";
import { blackholeFrom } from "../../bench/detector/line.ts";
import { LINKS } from "../../bench/detector/link.ts";
import { preset } from "../../bench/detector/ours.ts";
import { runLine } from "../../bench/detector/run.ts";
import { spokenTo } from "../fake/scoring.ts";

test.each([
  { name: "balanced", traffic: true },
  { name: "fast", traffic: false },
  { name: "metered", traffic: false },
] as const)("by lines and in process, $name decides the same (traffic: $traffic)", ({ name, traffic }) => {
  const line = {
    model: LINKS.lte,
    density: 20,
    interruptions: true,
    seed: 4,
    untilMs: 900_000,
    damage: blackholeFrom(800_000),
  };
  const [inProcess, byLines] = [preset(name), spokenTo(name, traffic || name === "metered")].map((contender) => {
    const { changes, probes } = runLine({ contender, line, traffic, learned: null, frozen: null });
    return { probes, changes: changes.map(({ at, opinion }) => ({ at: at.toFixed(2), ...opinion })) };
  });
  expect(inProcess?.changes.length).toBeGreaterThan(2);
  expect(byLines).toEqual(inProcess);
});
