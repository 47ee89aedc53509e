import type { Command } from "commander";
import { type ConfigOption, type Done, JSON_HELP, type JsonOption, oneOf } from "../option.ts";

/** Whose settings can be imported. */
export const SYSTEMS = ["astlinux", "mwan3"] as const;

export type System = (typeof SYSTEMS)[number];

/** What the commands about configs do. Each returns the exit code, or throws. */
export interface ConfigActions {
  readonly check: (file: string | undefined, options: JsonOption) => Promise<number>;
  readonly import: (system: System, paths: readonly string[]) => Promise<number>;
  readonly init: (options: ConfigOption & { readonly yes?: true }) => Promise<number>;
}

/** The commands about configs. */
export const addConfigs = (program: Command, actions: ConfigActions, done: Done): void => {
  program
    .command("check [file]")
    .description("say whether a config is valid, or list its mistakes")
    .option("--json", JSON_HELP)
    .action(async (file, _options, command: Command) => done(await actions.check(file, command.optsWithGlobals())));
  program
    .command("import")
    .description("turn another system's settings into a config, on standard output")
    .argument("<system>", SYSTEMS.join(", "), oneOf("import", SYSTEMS))
    .argument(
      "<paths...>",
      "its files (mwan3's and network), or the folder of AstLinux's rc.conf; nothing in them is run",
    )
    .action(async (system: System, paths: readonly string[]) => done(await actions.import(system, paths)));
  program
    .command("init")
    .description("look at this machine and propose a first config")
    .option("--config <file>", "where to write it")
    .option("--yes", "write it without asking; a file that is there is never replaced so")
    .action(async (_options, command: Command) => done(await actions.init(command.optsWithGlobals())));
};
