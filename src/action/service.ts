import type { ChildProcess } from "node:child_process";
import {
  endHolder,
  holderOf,
  isSystemdUnit,
  startDetached,
  systemctl,
  within,
} from "../adapter/process/daemon-process.ts";
import type { DaemonClient, StatusAnswer } from "../api/contract.ts";
import type { Verb } from "../cli/command/daemon.ts";
import { EXIT } from "../cli/error-text.ts";
import type { Output } from "../cli/output.ts";
import { type Directories, socketPathIn } from "../config/directories.ts";
import { loadConfig } from "../config/load.ts";
import { AppError } from "../error.ts";

/** What `wan-failover service VERB` was asked. */
export interface ServiceRequest {
  readonly verb: Verb;
  readonly client: DaemonClient;
  readonly configPath: string;
  readonly directories: Directories;
  readonly output: Output;
}

/** A daemon on a slow router answers within this time (ms) after its start. */
const START_MS = 30_000;

/** AstLinux's verbs with AstLinux's meanings. Returns the exit code. Throws AppError. */
export const runService = async (request: ServiceRequest): Promise<number> => {
  switch (request.verb) {
    case "start":
      return start(request);
    case "stop":
      return stop(request);
    case "restart":
      return restart(request);
    case "test":
      return test(request);
  }
};

const start = async (request: ServiceRequest): Promise<number> => {
  const { configPath, output, client } = request;
  const running = await answerOf(client);
  if (running !== null) return tell(output, `It runs already, PID ${running.pid}.`);
  loadConfig(configPath);
  if (bySystemd(request)) return delegate("start");
  const pid = holderOf(socketOf(request));
  if (pid !== null) throw hanging(pid);
  return tell(output, `Started, PID ${await begin(request)}.`);
};

const stop = async (request: ServiceRequest): Promise<number> => {
  if (bySystemd(request)) return delegate("stop");
  const ended = await end(request);
  return tell(request.output, ended === null ? "No daemon runs." : `Stopped, PID ${ended}.`);
};

/** Nothing is stopped for a config that couldn't be started; a forced test ends, as AstLinux's does. */
const restart = async (request: ServiceRequest): Promise<number> => {
  loadConfig(request.configPath);
  if (bySystemd(request)) {
    const code = delegate("restart");
    await endTest(request);
    return code;
  }
  await end(request);
  const pid = await begin(request);
  await endTest(request);
  return tell(request.output, `Started, PID ${pid}.`);
};

/** On the secondary AstLinux tests nothing. */
const test = async ({ client, output }: ServiceRequest): Promise<number> => {
  const { status } = await client.status();
  const primary = status.uplinks.toSorted((a, b) => a.tier - b.tier)[0]?.name;
  if (primary !== undefined && status.active.length > 0 && !status.active.includes(primary)) {
    return tell(output, `Traffic is on ${status.active.join(" and ")} already; nothing is tested.`);
  }
  return tell(output, (await client.test({})).message);
};

const tell = (output: Output, text: string): number => {
  output.write(text);
  return EXIT.done;
};

const socketOf = ({ directories }: ServiceRequest): string => socketPathIn(directories);

/** null where no daemon answers; throws where one does that we may not talk to. */
const answerOf = async (client: DaemonClient): Promise<StatusAnswer | null> => {
  try {
    return await client.status();
  } catch (error) {
    if (error instanceof AppError && error.code === "no-daemon") return null;
    throw error;
  }
};

/** Other directories than the unit's are another daemon's. */
const bySystemd = ({ directories }: ServiceRequest): boolean =>
  directories.runtime === "/run/wan-failover" && isSystemdUnit("/");

const delegate = (verb: Verb): number => {
  const code = systemctl(verb);
  if (code === null) throw new AppError("service-failed", "systemctl can't be run");
  return code === 0 ? EXIT.done : EXIT.failed;
};

/** Gives the PID of a daemon that answers. */
const begin = async ({ configPath, client }: ServiceRequest): Promise<number> => {
  const child = startDetached(["run", "--config", configPath]);
  const answered = await within(START_MS, async () => hasEnded(child) || (await answerOf(client)) !== null);
  const answer = await answerOf(client);
  if (answer !== null) return answer.pid;
  const how = answered ? `ended with exit code ${child.exitCode}` : `doesn't answer after ${START_MS / 1000} s`;
  throw new AppError("service-failed", `the daemon ${how}`);
};

const hasEnded = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;

/** Ends the daemon, also one that hangs; gives its PID, or null where there was none. */
const end = async (request: ServiceRequest): Promise<number | null> => {
  const pid = holderOf(socketOf(request));
  if (pid === null) return whyNone(request);
  if ((await endHolder(socketOf(request), pid)) === null)
    throw new AppError("service-failed", `PID ${pid} can't be ended`);
  return pid;
};

/** Whoever may not look into others' processes finds nobody, although a daemon answers. */
const whyNone = async ({ client }: ServiceRequest): Promise<null> => {
  const answer = await answerOf(client);
  if (answer === null) return null;
  throw new AppError("not-permitted", `the daemon, PID ${answer.pid}, belongs to another user`);
};

/** What an earlier run remembers of a test is over too. */
const endTest = async ({ client }: ServiceRequest): Promise<void> => {
  const answer = await answerOf(client);
  if (answer?.status.test != null) await client.failback();
};

const hanging = (pid: number): AppError =>
  new AppError("service-failed", `the daemon, PID ${pid}, hangs; \`wan-failover service restart\` replaces it`);
