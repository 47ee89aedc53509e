import type { Command } from "commander";
import { isTestDuration } from "../../api/test-duration.ts";
import { AppError } from "../../error.ts";
import { type Done, JSON_HELP, type JsonOption } from "../option.ts";

/** What the commands that tell the daemon to do something do. Each returns the exit code, or throws. */
export interface OrderActions {
  readonly test: (uplink: string | undefined, options: JsonOption & { readonly for?: string }) => Promise<number>;
  readonly failback: (options: JsonOption) => Promise<number>;
  readonly use: (uplink: string, options: JsonOption) => Promise<number>;
  readonly notifyTest: (options: JsonOption) => Promise<number>;
}

/** The commands that tell the daemon to do something. */
export const addOrders = (program: Command, actions: OrderActions, done: Done): void => {
  program
    .command("test [uplink]")
    .description("force traffic onto an uplink (the best standby) for a while; it returns by itself")
    .option("--for <duration>", "how long, from 1s to 7d (default: holdAfterFailover)", asTestDuration)
    .option("--json", JSON_HELP)
    .action(async (uplink, _options, command: Command) => done(await actions.test(uplink, command.optsWithGlobals())));
  program
    .command("failback")
    .description("end a test or a hold now: back to the preferred uplink")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.failback(command.optsWithGlobals())));
  program
    .command("use <uplink>")
    .description("pin an uplink by hand; `auto` lets the policy decide again")
    .option("--json", JSON_HELP)
    .action(async (uplink, _options, command: Command) => done(await actions.use(uplink, command.optsWithGlobals())));
  addNotify(program, actions, done);
};

const asTestDuration = (text: string): string => {
  if (isTestDuration(text)) return text;
  throw new AppError("usage", `--for takes a duration from 1s to 7d, such as 2m, rather than ${text}`);
};

const addNotify = (program: Command, actions: OrderActions, done: Done): void => {
  program
    .command("notify")
    .description("the messages of switches: see docs/notifications.md")
    .command("test")
    .description("send a test message to everybody who would be told of a switch")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.notifyTest(command.optsWithGlobals())));
};
