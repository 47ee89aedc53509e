import type { AccessClient } from "./api/access/contract.ts";
import type { DaemonClient } from "./api/contract.ts";
import { errorText, exitCodeOf } from "./cli/error-text.ts";
import type { GlobalOptions, JsonOption } from "./cli/option.ts";
import { processOutput } from "./cli/output.ts";
import { type Actions, runProgram } from "./cli/program.ts";
import type { Look } from "./cli/status.ts";
import { configPathIn, directoriesFrom, journalPathIn, socketPathIn } from "./config/directories.ts";
import { AppError } from "./error.ts";
import { VERSION } from "./version.ts";

// Modules are imported where they are needed: the bundle holds them all, but only what a command needs is started up.

const directories = directoriesFrom(process.env);

const output = processOutput(process);

/** Colours are for people at a terminal who haven't refused them (no-color.org). */
const look = (): Look => ({
  width: process.stdout.columns || 80,
  colours: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb",
});

const daemonAt = async ({ socket }: GlobalOptions): Promise<DaemonClient & AccessClient> => {
  const { openClient } = await import("./api/client.ts");
  return openClient({ socketPath: socket ?? socketPathIn(directories) });
};

const watch = async (options: JsonOption): Promise<number> => {
  const { watchLive, watchPlain } = await import("./cli/watch.ts");
  const client = await daemonAt(options);
  if (process.stdout.isTTY && !options.json) {
    const { processTerminal } = await import("./cli/terminal.ts");
    return watchLive({ client, terminal: processTerminal(process), colours: look().colours });
  }
  return watchPlain({ client, json: options.json ?? false, look: look(), output, signal: interruption() });
};

const interruption = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => controller.abort());
  return controller.signal;
};

/** The lab is a bundle of its own beside ours: a router doesn't need it. */
const demo = async (argv: readonly string[]): Promise<number> => {
  const lab: { demo?: (argv: readonly string[]) => Promise<number> } = await import(
    new URL("./lab.mjs", import.meta.url).href
  ).catch((cause: unknown) => {
    throw new AppError("lab-unavailable", "the lab is not part of this installation", { cause });
  });
  if (lab.demo === undefined) throw new AppError("lab-unavailable", "the lab of this installation has no demo");
  return lab.demo(argv);
};

const actions: Actions = {
  run: async ({ config, socket }) => {
    if (socket !== undefined) {
      throw new AppError("usage", "--socket is for talking to a daemon; the daemon's own is in RUNTIME_DIRECTORY");
    }
    const { runDaemon } = await import("./daemon/daemon.ts");
    return runDaemon({ configPath: config ?? configPathIn(directories), directories });
  },
  status: async (options) => {
    if (options.watch) return watch(options);
    const { runStatus } = await import("./cli/status.ts");
    const form = options.astlinux ? "astlinux" : options.json ? "json" : "text";
    return runStatus({ client: await daemonAt(options), form, look: look(), output });
  },
  health: async (uplink, { json = false, ...options }) => {
    const { runHealth } = await import("./cli/health.ts");
    return runHealth({ client: await daemonAt(options), uplink: uplink ?? null, json, output });
  },
  history: async ({ json, csv, since, ...options }) => {
    const { runHistory } = await import("./cli/history.ts");
    const form = json ? "json" : csv ? "csv" : "text";
    return runHistory({ client: await daemonAt(options), since, form, output });
  },
  report: async ({ json, csv, html, month, ...options }) => {
    const { runReport } = await import("./cli/report.ts");
    const form = json ? "json" : csv ? "csv" : html ? "html" : "text";
    return runReport({ client: await daemonAt(options), month, form, output });
  },
  explain: async ({ json = false, ...options }) => {
    const { runExplain } = await import("./cli/explain.ts");
    return runExplain({ client: await daemonAt(options), json, width: look().width, output });
  },
  test: async (uplink, { for: duration, json = false, ...options }) => {
    const { tellOrder } = await import("./cli/order.ts");
    const request = { uplink: uplink ?? null, ...(duration === undefined ? {} : { for: duration }) };
    return tellOrder({ answer: (await daemonAt(options)).test(request), json, output });
  },
  failback: async ({ json = false, ...options }) => {
    const { tellOrder } = await import("./cli/order.ts");
    return tellOrder({ answer: (await daemonAt(options)).failback(), json, output });
  },
  use: async (uplink, { json = false, ...options }) => {
    const { tellOrder } = await import("./cli/order.ts");
    const request = { uplink: uplink === "auto" ? null : uplink };
    return tellOrder({ answer: (await daemonAt(options)).use(request), json, output });
  },
  notifyTest: async ({ json = false, ...options }) => {
    const { tellNotifyTest } = await import("./cli/notify.ts");
    return tellNotifyTest({ answer: (await daemonAt(options)).notifyTest(), json, output });
  },
  check: async (file, { json = false }) => {
    const { runCheck } = await import("./cli/check.ts");
    return runCheck({ path: file ?? configPathIn(directories), json, output });
  },
  doctor: async ({ config, json = false }) => {
    const { runDoctor } = await import("./action/doctor.ts");
    return runDoctor({ configPath: config ?? configPathIn(directories), directories, json, output });
  },
  replay: async (journal, { config = null, tune = false, json = false }) => {
    const { runReplay } = await import("./action/replay.ts");
    const journalPath = journal ?? journalPathIn(directories);
    return runReplay({ journalPath, configPath: config, tune, json, output });
  },
  import: async (system, paths) => {
    const { runImport } = await import("./action/import.ts");
    return runImport({ system, paths, output });
  },
  init: async ({ config, yes = false }) => {
    const { runInit } = await import("./action/init.ts");
    const terminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
    return runInit({ configPath: config ?? configPathIn(directories), directories, yes, terminal, output });
  },
  wireguardPair: async ({ json = false, ...options }) => {
    const { runWireguardPair } = await import("./action/wireguard-pair.ts");
    return runWireguardPair({ options, json, output });
  },
  service: async (verb, { config, ...options }) => {
    const { runService } = await import("./action/service.ts");
    const client = await daemonAt(options);
    return runService({ verb, client, configPath: config ?? configPathIn(directories), directories, output });
  },
  reset: async () => {
    const { runReset } = await import("./action/reset.ts");
    return runReset({ directories, output: output.write });
  },
  password: async ({ json = false, ...options }) => {
    const { runPassword } = await import("./cli/access.ts");
    const source = { stdin: process.stdin, ask: (text: string) => void process.stderr.write(text) };
    return runPassword(source, { client: await daemonAt(options), json, output });
  },
  tokenCreate: async (name, { json = false, scope, ...options }) => {
    const { runTokenCreate } = await import("./cli/access.ts");
    return runTokenCreate({ name, scope }, { client: await daemonAt(options), json, output });
  },
  tokenList: async ({ json = false, ...options }) => {
    const { runTokenList } = await import("./cli/access.ts");
    return runTokenList({ client: await daemonAt(options), json, output });
  },
  tokenRevoke: async (id, { json = false, ...options }) => {
    const { runTokenRevoke } = await import("./cli/access.ts");
    return runTokenRevoke(id, { client: await daemonAt(options), json, output });
  },
  detector: async () => {
    const { runDetector } = await import("./cli/detector.ts");
    return runDetector({ input: process.stdin, output });
  },
  demo,
};

const fail = (error: unknown): never => {
  output.complain(errorText(error, process.env.WAN_FAILOVER_DEBUG === "1"));
  process.exit(exitCodeOf(error));
};

/** `wan-failover status | head` is no failure. */
const endQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code === "EPIPE" || error.code === "EIO") process.exit(0);
  throw error;
};

process.stdout.on("error", endQuietly);
process.on("uncaughtException", fail);
runProgram({ version: VERSION, actions, argv: process.argv.slice(2) }).then((code) => process.exit(code), fail);
