import type { Command } from "commander";
import { type ConfigOption, type Done, oneOf } from "../option.ts";

/** AstLinux's verbs for its service. */
export const VERBS = ["start", "stop", "restart", "test"] as const;

export type Verb = (typeof VERBS)[number];

/** What the commands that run the daemon do. Each returns the exit code, or throws. */
export interface DaemonActions {
  readonly run: (options: ConfigOption) => Promise<number>;
  readonly service: (verb: Verb, options: ConfigOption) => Promise<number>;
}

/** The commands that run the daemon. */
export const addDaemon = (program: Command, actions: DaemonActions, done: Done): void => {
  program
    .command("run")
    .description("run the daemon in the foreground")
    .option("--config <file>", "the config file")
    .action(async (_options, command: Command) => done(await actions.run(command.optsWithGlobals())));
  program
    .command("service")
    .description("start, stop, restart or test the daemon in the background, as AstLinux's `service failover` does")
    .argument("<verb>", VERBS.join(", "), oneOf("service", VERBS))
    .option("--config <file>", "the config file")
    .action(async (verb: Verb, _options, command: Command) =>
      done(await actions.service(verb, command.optsWithGlobals())),
    );
};
