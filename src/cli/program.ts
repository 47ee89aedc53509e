import { Command, CommanderError } from "commander";
import { isLookBack, isMonth } from "../api/past.ts";
import { isTestDuration } from "../api/test-duration.ts";
import { nearest } from "../config/nearest.ts";
import { AppError } from "../error.ts";
import { type AccessActions, addAccess } from "./access-commands.ts";
import { EXIT } from "./error-text.ts";
import { type ConfigOption, JSON_HELP, type JsonOption } from "./option.ts";
import { addWireguard, type WireguardActions } from "./wireguard-command.ts";

/** AstLinux's verbs for its service. */
export const VERBS = ["start", "stop", "restart", "test"] as const;

export type Verb = (typeof VERBS)[number];

/** What each command does. Each returns the exit code, or throws. */
export interface Actions extends AccessActions, WireguardActions {
  readonly run: (options: ConfigOption) => Promise<number>;
  readonly status: (options: JsonOption & { readonly watch?: true; readonly astlinux?: true }) => Promise<number>;
  readonly health: (uplink: string | undefined, options: JsonOption) => Promise<number>;
  readonly history: (options: JsonOption & { readonly csv?: true; readonly since: string }) => Promise<number>;
  readonly report: (
    options: JsonOption & { readonly csv?: true; readonly html?: true; readonly month?: string },
  ) => Promise<number>;
  readonly explain: (options: JsonOption) => Promise<number>;
  readonly test: (uplink: string | undefined, options: JsonOption & { readonly for?: string }) => Promise<number>;
  readonly failback: (options: JsonOption) => Promise<number>;
  readonly use: (uplink: string, options: JsonOption) => Promise<number>;
  readonly notifyTest: (options: JsonOption) => Promise<number>;
  readonly check: (file: string | undefined, options: JsonOption) => Promise<number>;
  readonly doctor: (options: JsonOption & ConfigOption) => Promise<number>;
  readonly replay: (
    journal: string | undefined,
    options: JsonOption & ConfigOption & { readonly tune?: true },
  ) => Promise<number>;
  readonly import: (system: System, paths: readonly string[]) => Promise<number>;
  readonly init: (options: ConfigOption & { readonly yes?: true }) => Promise<number>;
  readonly service: (verb: Verb, options: ConfigOption) => Promise<number>;
  readonly reset: () => Promise<number>;
  readonly detector: () => Promise<number>;
  readonly demo: (argv: readonly string[]) => Promise<number>;
}

/** Whose settings can be imported. */
export const SYSTEMS = ["astlinux", "mwan3"] as const;

export type System = (typeof SYSTEMS)[number];

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

type Done = (code: number) => void;

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
  addNotify(program, actions, done);
  addConfigs(program, actions, done);
  addWireguard(program, actions, done);
  addMachine(program, actions, done);
  addAccess(program, actions, done);
  return program.on("command:*", refuseUnknown(program));
};

/** Commander puts its suggestion on a line of its own. */
const inOurWords = (text: string): string => text.replace(/^error: /, "wan-failover: ").replace(/\n(?=\()/, " ");

const addDaemon = (program: Command, actions: Actions, done: Done): void => {
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

/** An argument that is one of a few words. */
const oneOf =
  <Word extends string>(command: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw new AppError("usage", `${command} takes ${words.join(", ")}, rather than ${text}`);
  };

const addQuestions = (program: Command, actions: Actions, done: Done): void => {
  program
    .command("status")
    .description("show what is: the uplinks, and which of them carries traffic")
    .option("--json", JSON_HELP)
    .option("--watch", "live, until q is pressed; a text each second where there is no terminal")
    .option("--astlinux", "in AstLinux's six lines")
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

const addPast = (program: Command, actions: Actions, done: Done): void => {
  program
    .command("history")
    .description("show what was: events and outages")
    .option("--since <duration>", "how far back", asLookBack, "7d")
    .option("--json", JSON_HELP)
    .option("--csv", "for spreadsheets: the events")
    .action(async (_options, command: Command) => done(await actions.history(command.optsWithGlobals())));
  program
    .command("report")
    .description("report on a month: the availability of each uplink, and its outages")
    .option("--month <month>", "which one, such as 2026-10 (default: the present one)", asMonth)
    .option("--html", "a page to print or to send")
    .option("--csv", "for spreadsheets: the outages")
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

const addOrders = (program: Command, actions: Actions, done: Done): void => {
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
};

const addNotify = (program: Command, actions: Actions, done: Done): void => {
  program
    .command("notify")
    .description("the messages of switches: see docs/notifications.md")
    .command("test")
    .description("send a test message to everybody who would be told of a switch")
    .option("--json", JSON_HELP)
    .action(async (_options, command: Command) => done(await actions.notifyTest(command.optsWithGlobals())));
};

const asTestDuration = (text: string): string => {
  if (isTestDuration(text)) return text;
  throw new AppError("usage", `--for takes a duration from 1s to 7d, such as 2m, rather than ${text}`);
};

/** The demo understands its options itself: a router doesn't have it. */
const DEMO_HELP = `
The demo's options:
  --preset <name>  how failures are recognised: fast, balanced, calm, metered, classic (default: balanced)
  --config <file>  a config of your own; the lab's uplinks are the interfaces wan0 and wan1
  --plain          a scripted run as plain text, as where there is no terminal`;

const addConfigs = (program: Command, actions: Actions, done: Done): void => {
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

const addMachine = (program: Command, actions: Actions, done: Done): void => {
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
