import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AppError } from "../../src/error.ts";
import { type ChaosResult, runChaos } from "./run.ts";

/** `chaos --minutes N --seed S [--log FILE]`. Exit code 1 where the daemon owed its users more than it gave. */
export const chaosCommand = async (argv: readonly string[]): Promise<void> => {
  const { minutes, seed, log } = optionsIn(argv);
  console.log(`Chaos for ${minutes} minutes with seed ${seed}`);
  const result = await runChaos({ minutes, seed, tell: (line) => console.log(line) });
  if (log !== undefined) writeFileSync(log, result.log);
  console.log(summary(result));
  process.exitCode = isSound(result) ? 0 : 1;
};

const optionsIn = (argv: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        minutes: { type: "string", default: "5" },
        seed: { type: "string", default: "1" },
        log: { type: "string" },
      },
    });
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
    if (!(minutes > 0 && Number.isInteger(seed))) throw new Error("--minutes and --seed take numbers");
    return { minutes, seed, log: values.log };
  } catch (error) {
    throw new AppError("usage", `chaos [--minutes N] [--seed S] [--log FILE]: ${(error as Error).message}`);
  }
};

/** Whether everything that was owed was given. */
export const isSound = ({ kept, leftovers, ...faults }: ChaosResult): boolean =>
  kept > 0 &&
  leftovers.trim() === "" &&
  [faults.breaches, faults.brokenHolds, faults.pinned, faults.unleased].every(({ length }) => length === 0);

const summary = (result: ChaosResult): string =>
  [
    `${result.troubles} troubles, ${result.crashes} of them crashes`,
    `${result.kept} requests had to be answered, and were; of ${result.excused} more nothing was asked`,
    ...result.breaches.map(
      ({ flow, family, from, to, lost }) =>
        `BREACH: ${lost} ${flow} ${family} requests lost within ${((to - from) / 1000).toFixed(1)} s, ${secondsOf(from - result.start)} after the start`,
    ),
    ...result.pinned.map(
      ({ at, family, uplink, flows }) =>
        `PINNED: ${flows} ${family} flows to ${uplink}, which was dead, ${secondsOf(at - result.start)} after the start`,
    ),
    ...result.unleased.map((at) => `NO LEASE in time, ${secondsOf(at)} after the start`),
    ...result.brokenHolds.map((line) => `HOLD BROKEN: ${line}`),
    ...(result.leftovers.trim() === "" ? ["nothing of ours was left after reset"] : [`LEFT OVER: ${result.leftovers}`]),
  ].join("\n");

const secondsOf = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
