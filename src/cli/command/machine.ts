import type { Command } from "commander";
import { type ConfigOption, type Done, JSON_HELP, type JsonOption } from "../option.ts";

/** What the commands that do without a daemon do: they look at the machine, at a journal, at a lab. Each returns the exit code, or throws. */
export interface MachineActions {
  readonly doctor: (options: JsonOption & ConfigOption) => Promise<number>;
  readonly replay: (
    journal: string | undefined,
    options: JsonOption & ConfigOption & { readonly tune?: true },
  ) => Promise<number>;
  readonly reset: () => Promise<number>;
  readonly detector: () => Promise<number>;
  readonly demo: (argv: readonly string[]) => Promise<number>;
}

/** The demo understands its options itself: a router doesn't have it. */
const DEMO_HELP = `
The demo's options:
  --preset <name>  how failures are recognised: fast, balanced, calm, metered, classic (default: balanced)
  --config <file>  a config of your own; the lab's uplinks are the interfaces wan0 and wan1
  --plain          a scripted run as plain text, as where there is no terminal`;

/** The commands that do without a daemon. */
export const addMachine = (program: Command, actions: MachineActions, done: Done): void => {
  program
    .command("doctor")
    .description("say what is wrong on this machine")
    .option("--config <file>", "the config file")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.doctor(command.optsWithGlobals())));
  program
    .command("replay [journal]")
    .description("say what the daemon decided and when, out of its journal; or would have")
    .option("--config <file>", "what would have been decided under this config: an estimate")
    .option("--tune", "which preset would have served best: an estimate")
    .option("--json", JSON_HELP)
    .action(async (journal, _options, command: Command) =>
      done(await actions.replay(journal, command.optsWithGlobals())),
    );
  program
    .command("reset")
    .description("remove all that is ours from the kernel")
    .action(async () => done(await actions.reset()));
  program
    .command("detector")
    .description("score the detector with a harness of your own: docs/detection.md has the protocol")
    .requiredOption("--stdio", "a JSON object a line, on standard input and output")
    .action(async () => done(await actions.detector()));
  program
    .command("demo [options...]")
    .description("show a failover live, in a lab of network namespaces")
    .addHelpText("after", DEMO_HELP)
    .allowUnknownOption()
    .action(async (_options, _parsed, command: Command) => done(await actions.demo(command.args)));
};
