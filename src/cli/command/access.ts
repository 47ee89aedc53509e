import { type Command, Option } from "commander";
import { type Done, JSON_HELP, type JsonOption } from "../option.ts";

/** What the commands about who may come in do. Each returns the exit code, or throws. */
export interface AccessActions {
  readonly password: (options: JsonOption) => Promise<number>;
  readonly tokenCreate: (name: string, options: JsonOption & { readonly scope: "read" | "control" }) => Promise<number>;
  readonly tokenList: (options: JsonOption) => Promise<number>;
  readonly tokenRevoke: (id: string, options: JsonOption) => Promise<number>;
}

/** The commands about who may come in. */
export const addAccess = (program: Command, actions: AccessActions, done: Done): void => {
  program
    .command("password")
    .description("set the page's password: asked for, or the first line of standard input")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.password(command.optsWithGlobals())));
  const token = program.command("token").description("tokens for programs that use the API over the network");
  token
    .command("create <name>")
    .description("make a token, which is shown this once")
    .addOption(
      new Option("--scope <scope>", "look only, or change things too").choices(["read", "control"]).default("read"),
    )
    .option("--json", JSON_HELP)
    .action(async (name, _options, command: Command) =>
      done(await actions.tokenCreate(name, command.optsWithGlobals())),
    );
  token
    .command("list")
    .description("list them, without their secrets")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.tokenList(command.optsWithGlobals())));
  token
    .command("revoke <id>")
    .description("let one be of no use any more")
    .option("--json", JSON_HELP)
    .action(async (id, _options, command: Command) => done(await actions.tokenRevoke(id, command.optsWithGlobals())));
};
