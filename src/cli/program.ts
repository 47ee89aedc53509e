import { Command, CommanderError } from "commander";
import { nearest } from "../config/mistake/nearest.ts";
import { AppError } from "../error.ts";
import { type AccessActions, addAccess } from "./command/access.ts";
import { addConfigs, type ConfigActions } from "./command/config.ts";
import { addDaemon, type DaemonActions } from "./command/daemon.ts";
import { addMachine, type MachineActions } from "./command/machine.ts";
import { addOrders, type OrderActions } from "./command/order.ts";
import { addPast, type PastActions } from "./command/past.ts";
import { addQuestions, type QuestionActions } from "./command/question.ts";
import { addWireguard, type WireguardActions } from "./command/wireguard.ts";
import { EXIT } from "./error-text.ts";
import type { Done } from "./option.ts";

/** What each command does. Each returns the exit code, or throws. */
export interface Actions
  extends DaemonActions,
    QuestionActions,
    PastActions,
    OrderActions,
    ConfigActions,
    WireguardActions,
    MachineActions,
    AccessActions {}

export interface ProgramOptions {
  readonly version: string;
  readonly actions: Actions;
  /** The words of the command line, without those of the program itself. */
  readonly argv: readonly string[];
}

const EXIT_CODES_HELP = "\nExit codes: 0 done, 1 failed, 2 usage or config, 3 no daemon.";

/** Understands a command line and does what it says. Returns the exit code. Throws AppError and what the actions throw. */
export const runProgram = async ({ version, actions, argv }: ProgramOptions): Promise<number> => {
  let code: number = EXIT.done;
  const program = grammar(version, actions, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
};

/** The commands, what they take and say; the manual and the shells' completions are made from it too. */
export const grammar = (version: string, actions: Actions, done: Done): Command => {
  const program = new Command("wan-failover")
    .description("Sees an internet outage within a fraction of a second and moves traffic to an uplink that works.")
    .version(version, "-V, --version", "show the version")
    .option("--socket <path>", "the daemon's socket (default: api.sock in $RUNTIME_DIRECTORY or /run/wan-failover)")
    .helpOption("-h, --help", "show what a command takes")
    .helpCommand("help [command]", "show what a command takes")
    .addHelpText("after", EXIT_CODES_HELP)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(inOurWords(text)) })
    .exitOverride();
  addDaemon(program, actions, done);
  addQuestions(program, actions, done);
  addPast(program, actions, done);
  addOrders(program, actions, done);
  addConfigs(program, actions, done);
  addWireguard(program, actions, done);
  addMachine(program, actions, done);
  addAccess(program, actions, done);
  return program.on("command:*", refuseUnknown(program));
};

/** Commander puts its suggestion on a line of its own. */
const inOurWords = (text: string): string => text.replace(/^error: /, "wan-failover: ").replace(/\n(?=\()/, " ");

/** An abbreviation names what it begins; a misspelling what is nearest. */
const refuseUnknown =
  (program: Command) =>
  ([word = ""]: readonly string[]): void => {
    const names = program.commands.map((command) => command.name());
    const begun = names.filter((name) => word !== "" && name.startsWith(word));
    const near = nearest(word, names);
    const meant = begun.length > 0 ? begun : near === null ? [] : [near];
    const hint = meant.length > 0 ? `did you mean ${meant.join(" or ")}?` : `there are: ${names.join(", ")}`;
    throw new AppError("usage", `there is no command ${word}; ${hint}`);
  };
