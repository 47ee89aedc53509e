import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Real sockets and clocks on a machine that others use too: what a moment of theirs spoilt is tried once more. */
const SECOND_CHANCE = { retry: 1 };

/** The longest first: what begins last decides when all are done. On a fresh clone nothing else knows how long they take. */
const LONGEST = [
  ...["chaos", "faults", "false-alarms", "mail", "flows", "demo", "learning", "adoption"],
  ...["replay", "what-if", "simulator", "simulator-second-half", "regression", "probe"],
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.indexOf(basename(moduleId, ".test.ts"));
  return rank < 0 ? LONGEST.length : rank;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other));
  }
}

/**
 * unit: pure and quick · tidy: house rules · sim: seeds · kernel: real sockets in namespaces of its own · lab: the real
 * daemon, several labs beside each other, since they mostly wait · browser: the page in Chromium · timing: the real daemon
 * against the clock, alone · package: the Debian packages on clean roots, by `npm run package:test` alone, since it fetches
 * two Debians.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{core,codec,config,cli,api,shell,import,wireguard,bench,web,demo}/**/*.test.ts"],
          testTimeout: 30_000,
          // What is pure leaves nothing behind; a process for each of the files costs a third of the time.
          isolate: false,
        },
      },
      { test: { name: "tidy", include: ["test/tidy.test.ts"], testTimeout: 60_000 } },
      { test: { name: "sim", include: ["test/sim/**/*.test.ts"], testTimeout: 600_000, maxWorkers: 2 } },
      {
        test: {
          ...SECOND_CHANCE,
          name: "kernel",
          include: ["test/adapter/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          pool: "forks",
        },
      },
      {
        test: {
          ...SECOND_CHANCE,
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          exclude: ["test/lab/outage.test.ts"],
          maxConcurrency: 3,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          pool: "forks",
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          pool: "forks",
        },
      },
      {
        test: {
          ...SECOND_CHANCE,
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          pool: "forks",
        },
      },
      {
        test: {
          ...SECOND_CHANCE,
          name: "timing",
          include: ["test/lab/outage.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          pool: "forks",
        },
      },
    ],
  },
});
