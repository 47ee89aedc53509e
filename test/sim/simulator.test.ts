import { expect, test } from "vitest";
import { scenarioOf } from "./scenario.ts";
import { declareSeeds } from "./seeds.ts";
import { simulate } from "./simulate.ts";

declareSeeds(0);

test("the same seed gives the same events and commands at the same times", () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    expect(simulate(scenarioOf(seed)).hash).toBe(simulate(scenarioOf(seed)).hash);
  }
});

test("different seeds tell different stories", () => {
  const runs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => simulate(scenarioOf(seed)));
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(runs.length);
  expect(runs.reduce((sum, { switches }) => sum + switches, 0)).toBeGreaterThan(2 * runs.length);
});
