import { type Command, Option } from "commander";
import { type Done, JSON_HELP, type JsonOption } from "../option.ts";

/** What the commands that ask what is do. Each returns the exit code, or throws. */
export interface QuestionActions {
  readonly status: (options: JsonOption & { readonly watch?: true; readonly astlinux?: true }) => Promise<number>;
  readonly health: (uplink: string | undefined, options: JsonOption) => Promise<number>;
  readonly explain: (options: JsonOption) => Promise<number>;
}

/** The commands that ask what is. */
export const addQuestions = (program: Command, actions: QuestionActions, done: Done): void => {
  program
    .command("status")
    .description("show what is: the uplinks, and which of them carries traffic")
    .option("--json", JSON_HELP)
    .option("--watch", "live, until q is pressed; a text each second where there is no terminal")
    .addOption(new Option("--astlinux", "in AstLinux's six lines").conflicts(["json", "watch"]))
    .action(async (_options, command: Command) => done(await actions.status(command.optsWithGlobals())));
  program
    .command("health [uplink]")
    .description("exit with 0 while an uplink (or this one) works, with 1 while none does; for keepalived and the like")
    .option("--json", JSON_HELP)
    .action(async (uplink, _options, command: Command) =>
      done(await actions.health(uplink, command.optsWithGlobals())),
    );
  program
    .command("explain")
    .description("say why traffic goes where it goes")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.explain(command.optsWithGlobals())));
};
