import { expect, test } from "vitest";
import { isSound } from "../../lab/chaos/command.ts";
import { runChaos } from "../../lab/chaos/run.ts";

const MINUTES = 5;
const SEED = 20_261;

test("whatever happens at random, flows work whenever an uplink does, holds are kept, and nothing of ours is left", {
  timeout: (MINUTES + 3) * 60_000,
  retry: 0,
}, async () => {
  const told: string[] = [];
  const result = await runChaos({ minutes: MINUTES, seed: SEED, tell: (line) => void told.push(line) });
  const { log: _log, ...figures } = result;
  expect(isSound(result), `${told.join("\n")}\n${JSON.stringify(figures, null, 1)}\n${result.log}`).toBe(true);
  expect(result.kept).toBeGreaterThan(1000);
});
