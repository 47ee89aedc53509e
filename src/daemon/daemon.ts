import { join } from "node:path";
import { RESOLVERS_FILE, restoreMachine, STATE_FILE } from "../action/reset.ts";
import { openLog } from "../adapter/log.ts";
import { openServiceManager, type ServiceManager } from "../adapter/service/service-manager.ts";
import { openSyslog } from "../adapter/service/syslog.ts";
import type { ApiServer } from "../api/server.ts";
import { type Directories, journalPathIn } from "../config/directories.ts";
import { loadConfig } from "../config/load.ts";
import { ConfigError, formatIssue } from "../config/mistake/issue.ts";
import type { Config } from "../config/resolve.ts";
import type { Report } from "../core/report.ts";
import { reportText } from "../core/report-text.ts";
import type { Status } from "../core/status.ts";
import { wordsOf } from "../error.ts";
import { type Messages, openMessages } from "../shell/messages.ts";
import { openApi } from "./api.ts";
import { takeBackUnconfirmed } from "./config-store.ts";
import { historyOf } from "./configured-history.ts";
import { type Engine, openEngine } from "./engine.ts";
import type { History } from "./history.ts";
import { type MachineAccess, openMachineAccess } from "./machine-access.ts";
import { type Notifications, openNotifications } from "./notifications.ts";
import { openStatusFile, type StatusFile } from "./status-file.ts";
import { openTraffic } from "./traffic.ts";

export interface DaemonOptions {
  readonly configPath: string;
  readonly directories: Directories;
}

/** Where the engine keeps what it keeps. */
const placesIn = (directories: Directories) => ({
  statePath: join(directories.runtime, STATE_FILE),
  resolversPath: join(directories.runtime, RESOLVERS_FILE),
  journalPath: journalPathIn(directories),
  rehearsalPath: join(directories.state, "rehearsal.json"),
});

/** `wan-failover run`: the daemon, until a signal ends it. Gives the exit code. Throws AppError where it can't start. */
export const runDaemon = async ({ configPath, directories }: DaemonOptions): Promise<number> => {
  const takenBack = await takeBackUnconfirmed(configPath, directories);
  const config = loadConfig(configPath);
  const messages = openLoggedMessages(config.log);
  if (takenBack !== null) messages.add("error", takenBack);
  const manager = openServiceManager();
  const machine = openMachineAccess();
  const complain = (problem: string): void => messages.add("error", problem);
  const statusFile = openStatusFile({ path: config.status.astlinuxFile, complain });
  const shown = { view: () => engine.view(), status: () => view() };
  const notifications = openNotifications({ folder: directories.state, messages, ...shown });
  const onNews = (): void => {
    statusFile.update(engine.status);
    notifications.look();
  };
  const onReport = (report: Report): void => server.report({ ...reportText(report), report: { ...report } });
  const places = placesIn(directories);
  const history = await historyOf(config.history, { directories, messages, onCounted: (one) => engine.tell(one) });
  const told = { onNews, onReport, observe: history.observe };
  const engine = openEngine({ settings: config.settings, ...places, machine, messages, ...told });
  let refusal: string | null = null;
  const apply = (): string | null => {
    refusal = reload({ configPath, begun: config, engine, statusFile, server, notifications, messages, manager });
    return refusal;
  };
  const problems = () => [refusal, server.problem(), history.problem(), ...notifications.problems()];
  const withTraffic = openTraffic(history.thisMonth);
  const view = (): Status => withTraffic(withProblems(engine.status(), problems()));
  const server = await openApi({
    ...{ configPath, directories, engine, messages, history, apply },
    status: view,
    notifyTest: notifications.test,
  });
  engine.begin();
  server.configure(config.web);
  notifications.configure(config.notify);
  process.on("SIGHUP", apply);
  process.on("SIGUSR2", engine.journal.write);
  process.on("exit", engine.journal.writeNow);
  setInterval(() => globalThis.gc?.(), COLLECT_MS).unref();
  await untilEnded(manager, messages);
  await endAll({ server, notifications, engine, history });
  if (engine.onStop() === "restore") restore({ machine, messages, ...places });
  return 0;
};

interface Restored {
  readonly machine: MachineAccess;
  readonly messages: Messages;
  readonly statePath: string;
}

const restore = ({ machine, messages, statePath }: Restored): void => {
  restoreMachine(machine, statePath);
  messages.add("info", "The machine is as it was before the start");
};

const openLoggedMessages = ({ level, syslog }: Config["log"]): Messages => {
  const log = openLog({ level, also: openSyslog(syslog) });
  return openMessages({ write: (one, text) => log[one](text), wallClock: () => new Date().toISOString() });
};

const endAll = async ({
  server,
  notifications,
  engine,
  history,
}: Pick<Reload, "server" | "notifications" | "engine"> & { readonly history: History }): Promise<void> => {
  await server.close();
  notifications.close();
  engine.end();
  await history.close();
};

/** V8 lets some megabytes of old garbage gather, which takes half an hour on an idle line; one collection takes some 20 ms. */
const COLLECT_MS = 5 * 60_000;

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
  /** What the start was made with. */
  readonly begun: Pick<Config, Late>;
  readonly engine: Engine;
  readonly statusFile: StatusFile;
  readonly server: ApiServer;
  readonly notifications: Notifications;
  readonly messages: Messages;
  readonly manager: ServiceManager;
}

/** What is opened once and for all. */
const LATE = ["history", "log"] as const;

type Late = (typeof LATE)[number];

/** A bad config changes nothing: what is wrong with it, in a sentence for log and status; null where it was taken. */
const reload = (what: Reload): string | null => {
  const { manager, messages } = what;
  manager.reloading();
  const refusal = takeConfig(what);
  if (refusal !== null) messages.add("error", refusal);
  manager.ready();
  return refusal;
};

const takeConfig = (what: Reload): string | null => {
  const { configPath, begun, engine, statusFile, server, notifications, messages } = what;
  try {
    const config = loadConfig(configPath);
    const { settings, status, web, notify } = config;
    statusFile.moveTo(status.astlinuxFile);
    server.configure(web);
    notifications.configure(notify);
    engine.configure(settings);
    const late = LATE.filter((key) => JSON.stringify(config[key]) !== JSON.stringify(begun[key]));
    const rest = late.length === 0 ? "" : `; what it says of ${late.join(" and ")} counts from the next start on`;
    messages.add("info", `The config ${configPath} was read again${rest}`);
    return null;
  } catch (error) {
    return `The config ${configPath} was not taken, the one before stays in force: ${whyRefused(error)}`;
  }
};

const whyRefused = (error: unknown): string =>
  error instanceof ConfigError
    ? error.issues.map((issue) => formatIssue(error.file, issue)).join("; ")
    : wordsOf(error);

const withProblems = (status: Status, problems: readonly (string | null)[]): Status => ({
  ...status,
  problems: [...status.problems, ...problems.flatMap((problem) => problem ?? [])],
});
