import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AppError } from "../src/error.ts";
import { chaosCommand } from "./chaos/command.ts";
import { demo as runDemo } from "./demo.ts";
import { runEcho } from "./echo.ts";
import { FAULT_NAMES, FAULTS } from "./faults.ts";
import { createLab, type Lab } from "./lab.ts";
import { runMeasure } from "./measure-program.ts";
import { type LabOptions, rolesOf } from "./plan.ts";
import { runWire } from "./wire.ts";

const USAGE = `Usage: lab.mjs COMMAND
  up [OPTIONS]   builds a lab and keeps it until Ctrl-C; OPTIONS as JSON: '{"uplinks":3,"wire":true}'
  chaos [--minutes N] [--seed S] [--log FILE]   breaks everything at random, and judges the daemon
  faults         lists what can be broken`;

const introduction = (lab: Lab): string =>
  [
    "The lab is up. To enter a namespace:",
    ...rolesOf(lab.plan).map((role) => `  ip netns exec ${lab.namespace(role)} bash`),
    "Ctrl-C removes it.",
  ].join("\n");

/** A timer holds the process: signal handlers alone don't. */
const interruption = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setInterval(() => {}, 60_000);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });

const up = async (options: LabOptions): Promise<void> => {
  const interrupted = interruption();
  const lab = await createLab(options);
  console.log(introduction(lab));
  await interrupted;
  await lab.close();
};

const faults = (): void => {
  for (const name of FAULT_NAMES) console.log(`${name.padEnd(18)} ${FAULTS[name].does}`);
};

const commands: Readonly<Record<string, (order: string) => void | Promise<void>>> = {
  up: (order) => up(JSON.parse(order)),
  faults,
  echo: (order) => runEcho(JSON.parse(order)),
  measure: (order) => runMeasure(JSON.parse(order)),
  wire: (order) => runWire(JSON.parse(order)),
};

const run = async ([name = "", order = "{}", ...more]: readonly string[]): Promise<void> => {
  if (name === "chaos") return chaosCommand(order === "{}" ? [] : [order, ...more]);
  const command = commands[name];
  if (command === undefined) throw new AppError("usage", USAGE);
  await command(order);
};

/** What `wan-failover demo` calls. Returns the exit code. */
export const demo = (argv: readonly string[]): Promise<number> => runDemo(argv);

/** Exit codes as of `wan-failover`: 1 failed, 2 usage. */
const fail = (error: unknown): void => {
  if (!(error instanceof AppError || error instanceof SyntaxError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof AppError && error.code !== "usage" ? 1 : 2;
};

const isEntryPoint = (): boolean =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);

if (isEntryPoint()) run(process.argv.slice(2)).catch(fail);
