import { type Command, Option } from "commander";
import { isLookBack, isMonth } from "../../api/past.ts";
import { AppError } from "../../error.ts";
import { type Done, JSON_HELP, type JsonOption } from "../option.ts";

/** What the commands that ask what was do. Each returns the exit code, or throws. */
export interface PastActions {
  readonly history: (options: JsonOption & { readonly csv?: true; readonly since: string }) => Promise<number>;
  readonly report: (
    options: JsonOption & { readonly csv?: true; readonly html?: true; readonly month?: string },
  ) => Promise<number>;
}

/** The commands that ask what was. */
export const addPast = (program: Command, actions: PastActions, done: Done): void => {
  program
    .command("history")
    .description("show what was: events and outages")
    .option("--since <duration>", "how far back", asLookBack, "7d")
    .option("--json", JSON_HELP)
    .addOption(new Option("--csv", "for spreadsheets: the events").conflicts("json"))
    .action(async (_options, command: Command) => done(await actions.history(command.optsWithGlobals())));
  program
    .command("report")
    .description("report on a month: the availability of each uplink, and its outages")
    .option("--month <month>", "which one, such as 2026-10 (default: the present one)", asMonth)
    .addOption(new Option("--html", "a page to print or to send").conflicts(["csv", "json"]))
    .addOption(new Option("--csv", "for spreadsheets: the outages").conflicts("json"))
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.report(command.optsWithGlobals())));
};

const asLookBack = (text: string): string => {
  if (isLookBack(text)) return text;
  throw new AppError("usage", `--since takes a duration from 1s to 731d, such as 7d, rather than ${text}`);
};

const asMonth = (text: string): string => {
  if (isMonth(text)) return text;
  throw new AppError("usage", `--month takes a month such as 2026-10 rather than ${text}`);
};
