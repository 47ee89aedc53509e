import { expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import { piecesOf } from "../../src/shell/journal/recording.ts";
import { replay } from "../../src/shell/replay/replay.ts";
import { VERSION } from "../../src/version.ts";
import { openMemory, record } from "../fake/recorder.ts";
import { scenarioOf } from "./scenario.ts";

const SEEDS = 100;
const BATCH = 50;

/** So small that a run spans several segments. */
const SEGMENT = 40_000;

const replayed = (seed: number): { runs: number; commands: number; octets: number } => {
  const scenario = scenarioOf(seed);
  const memory = openMemory(seed % 2 === 0 ? SEGMENT : undefined);
  const recorded = record({ ...scenario, memory });
  const commands: (readonly Command[])[] = [];
  const outcome = replay(piecesOf(recorded.bytes), VERSION, {
    onStart: () => {},
    onStep: (seen) => commands.push(seen.commands),
  });
  expect(outcome, `seed ${seed}`).toMatchObject({ differentAtMs: null, damagedOctets: 0, foreignRuns: 0 });
  expect(commands, `seed ${seed}`).toEqual(recorded.commands.slice(-commands.length));
  if (seed % 2 !== 0) expect(commands.length).toBe(recorded.commands.length);
  return { runs: outcome.runs, commands: commands.flat().length, octets: recorded.bytes.length };
};

for (let first = 1; first <= SEEDS; first += BATCH) {
  test(`the journals of seeds ${first} to ${first + BATCH - 1} replay to the same commands`, () => {
    const all = Array.from({ length: BATCH }, (_, index) => replayed(first + index));
    expect(all.reduce((sum, { commands }) => sum + commands, 0)).toBeGreaterThan(500 * BATCH);
    expect(all.some(({ runs }) => runs > 1)).toBe(true);
  });
}
