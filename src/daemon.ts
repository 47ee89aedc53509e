import { join } from "node:path";
import { openLog } from "./adapter/log.ts";
import { openServiceManager, type ServiceManager } from "./adapter/service-manager.ts";
import { startServer } from "./api/server.ts";
import { type Directories, journalPathIn, socketPathIn } from "./config/directories.ts";
import { ConfigError, formatIssue } from "./config/issue.ts";
import { loadConfig } from "./config/load.ts";
import type { Status } from "./core/status.ts";
import { type Engine, openEngine } from "./engine.ts";
import { wordsOf } from "./error.ts";
import { openMachineAccess } from "./machine-access.ts";
import { restoreMachine, STATE_FILE } from "./reset.ts";
import { type Messages, openMessages } from "./shell/messages.ts";
import { openStatusFile, type StatusFile } from "./status-file.ts";

export interface DaemonOptions {
  readonly configPath: string;
  readonly directories: Directories;
}

/** `wan-failover run`: the daemon, until a signal ends it. Gives the exit code. Throws AppError where it can't start. */
export const runDaemon = async ({ configPath, directories }: DaemonOptions): Promise<number> => {
  const config = loadConfig(configPath);
  const log = openLog({ level: config.log.level });
  const messages = openMessages({
    write: (level, text) => log[level](text),
    wallClock: () => new Date().toISOString(),
  });
  const manager = openServiceManager();
  const machine = openMachineAccess();
  const statePath = join(directories.runtime, STATE_FILE);
  const journalPath = journalPathIn(directories);
  const complain = (problem: string): void => messages.add("error", problem);
  const statusFile = openStatusFile({ path: config.status.astlinuxFile, complain });
  const onNews = (): void => statusFile.update(engine.status);
  const engine = openEngine({ settings: config.settings, statePath, journalPath, machine, messages, onNews });
  let refusal: string | null = null;
  const server = await startServer({
    socketPath: socketPathIn(directories),
    configPath,
    status: () => withProblem(engine.status(), refusal),
    messages: messages.recent,
    order: engine.order,
  });
  engine.begin();
  process.on("SIGHUP", () => {
    refusal = reload({ configPath, engine, statusFile, messages, manager });
  });
  for (const occasion of ["SIGUSR2", "exit"]) process.on(occasion, engine.writeJournal);
  await untilEnded(manager, messages);
  await server.close();
  engine.end();
  if (engine.onStop() === "restore") {
    restoreMachine(machine, statePath);
    messages.add("info", "The machine is as it was before the start");
  }
  return 0;
};

/** Tells the service manager that all is well, until a signal says that it is over. */
const untilEnded = async (manager: ServiceManager, messages: Messages): Promise<void> => {
  manager.ready();
  const { aliveIntervalMs } = manager;
  const alive = aliveIntervalMs === null ? undefined : setInterval(manager.alive, aliveIntervalMs);
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  clearInterval(alive);
  manager.stopping();
  messages.add("info", `Ending upon ${signal}`);
};

interface Reload {
  readonly configPath: string;
  readonly engine: Engine;
  readonly statusFile: StatusFile;
  readonly messages: Messages;
  readonly manager: ServiceManager;
}

/** A bad config changes nothing: what is wrong with it, in a sentence for log and status; null where it was taken. */
const reload = (what: Reload): string | null => {
  const { manager, messages, configPath } = what;
  manager.reloading();
  const refusal = takeConfig(what);
  if (refusal === null) messages.add("info", `The config ${configPath} was read again`);
  else messages.add("error", refusal);
  manager.ready();
  return refusal;
};

const takeConfig = ({ configPath, engine, statusFile }: Reload): string | null => {
  try {
    const { settings, status } = loadConfig(configPath);
    statusFile.moveTo(status.astlinuxFile);
    engine.configure(settings);
    return null;
  } catch (error) {
    return `The config ${configPath} was not taken, the one before stays in force: ${whyRefused(error)}`;
  }
};

const whyRefused = (error: unknown): string =>
  error instanceof ConfigError
    ? error.issues.map((issue) => formatIssue(error.file, issue)).join("; ")
    : wordsOf(error);

const withProblem = (status: Status, problem: string | null): Status =>
  problem === null ? status : { ...status, problems: [...status.problems, problem] };
