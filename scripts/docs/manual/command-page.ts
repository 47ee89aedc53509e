import type { Command } from "commander";
import { bold, page, roff, section, tagged } from "./roff.ts";

const SIGNALS: readonly (readonly [string, string])[] = [
  ["SIGHUP", "Reads the config again. A bad one is refused, and the one before stays in force."],
  [
    "SIGTERM, SIGINT",
    "Ends the daemon. Routes and flows stay as they are, unless the config says `failover.onStop: restore`.",
  ],
  ["SIGUSR2", "Writes the journal to the disk at once."],
];

const FILES: readonly (readonly [string, string])[] = [
  ["/etc/wan-failover/config.yaml", "The config; see `wan-failover.yaml(5)`."],
  ["/run/wan-failover/api.sock", "The socket by which the commands reach the daemon."],
  ["/var/lib/wan-failover", "The journal, and whatever else outlives a restart of the machine."],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["CONFIGURATION_DIRECTORY, RUNTIME_DIRECTORY, STATE_DIRECTORY", "Other folders than those above; systemd sets them."],
];

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "failed"],
  ["2", "the command line or the config is wrong"],
  ["3", "no daemon"],
];

/** wan-failover(8), from the command line's own grammar. */
export const commandPage = (program: Command): string =>
  page("WAN\\-FAILOVER", 8, [
    section("NAME", "wan\\-failover \\- move a router's traffic to an uplink that works"),
    section("SYNOPSIS", `${bold("wan-failover")} [options] command [arguments]`),
    section("DESCRIPTION", roff(program.description())),
    section("COMMANDS", ...program.commands.map((command) => commandText(command))),
    section("OPTIONS", ...optionTexts(program)),
    section("EXIT STATUS", ...EXIT_CODES.map(([tag, text]) => tagged(tag, text))),
    section("SIGNALS", ...SIGNALS.map(([tag, text]) => tagged(bold(tag), text))),
    section("FILES", ...FILES.map(([tag, text]) => tagged(`\\fI${tag}\\fR`, text))),
    section("ENVIRONMENT", ...ENVIRONMENT.map(([tag, text]) => tagged(bold(tag), text))),
    section("SEE ALSO", "\\fBwan\\-failover.yaml\\fR(5), \\fBip\\-route\\fR(8), \\fBnft\\fR(8), \\fBconntrack\\fR(8)"),
  ]);

/** A command, its options, and the commands within it. */
const commandText = (command: Command, before = ""): string => {
  const name = `${before}${command.name()}`;
  const words = `${bold(name)} ${roff(argumentsOf(command))}`.trimEnd();
  const options = optionTexts(command);
  const inner = command.commands.map((each) => commandText(each, `${name} `));
  return [tagged(words, sentence(command.description())), ...nested(options), ...inner].join("\n");
};

const nested = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [".RS", ...lines, ".RE"]);

/** As commander's usage line has them: `<needed>`, `[optional]`, `[several...]`. */
const argumentsOf = (command: Command): string =>
  command.registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    })
    .join(" ");

const optionTexts = (command: Command): string[] =>
  command.options.map((option) => tagged(bold(option.flags), sentence(option.description)));

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
