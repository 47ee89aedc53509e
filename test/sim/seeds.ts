import { describe, test } from "vitest";
import { scenarioOf } from "./scenario.ts";
import { shrink, tellFailure } from "./shrink.ts";
import { simulate } from "./simulate.ts";

/** SEED=123 runs that one alone; SEEDS=10000 runs so many instead of 1000. */
const ONLY = process.env.SEED;
const COUNT = Number(process.env.SEEDS ?? 1000);

/** So many seeds are one test. */
const BATCH = 50;

/** The seeds are split between two files, since each file has a core of its own. */
const FILES = 2;

/** Declares the tests of one of the two files. */
export const declareSeeds = (file: 0 | 1): void => {
  describe("whatever happens, every promise is kept", () => {
    if (ONLY !== undefined) {
      test.runIf(file === 0)(`seed ${ONLY}`, () => runSeed(Number(ONLY)));
      return;
    }
    for (let first = 1 + file * BATCH; first <= COUNT; first += FILES * BATCH) {
      const last = Math.min(COUNT, first + BATCH - 1);
      test(`seeds ${first} to ${last}`, () => {
        for (let seed = first; seed <= last; seed += 1) runSeed(seed);
      });
    }
  });
};

/** Throws the shortest story that breaks a promise. */
const runSeed = (seed: number): void => {
  const scenario = scenarioOf(seed);
  if (simulate(scenario).failure === null) return;
  const shortest = shrink(scenario);
  const { failure } = simulate(shortest);
  throw new Error(failure === null ? `seed ${seed} fails only now and then` : tellFailure(shortest, failure));
};
