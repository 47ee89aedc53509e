import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../src/error.ts";
import { now, pause } from "./clock.ts";
import { type LabPlan, namespaceOf } from "./plan.ts";
import { type Child, release, spawnIn } from "./program.ts";

export interface DaemonOptions {
  /** The config file's text, or an object that becomes one (JSON is YAML). */
  readonly config: string | object;
  readonly env?: NodeJS.ProcessEnv;
  /** Another build's command, for comparisons; this tree's `bin/wan-failover` when not said. */
  readonly command?: string;
  /** How long it may take until it answers; 10,000 ms when not said. */
  readonly timeoutMs?: number;
  /** Takes what it writes to its standard error as it comes. */
  readonly listen?: (text: string) => void;
}

/** What a finished command left. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The real daemon in the lab's router. Its directories are the lab's, and stay for the next daemon of the same lab. */
export interface Daemon {
  readonly pid: number;
  /** The Unix socket of its API. */
  readonly socket: string;
  readonly configFile: string;
  /** Everything that it has written to its standard error so far. */
  log(): string;
  /** `GET /api/v1/status`, parsed. Rejects where nobody answers. */
  status(): Promise<unknown>;
  /** A GET or POST to its API: the status code and the body. */
  call(path: string, body?: object): Promise<{ readonly code: number; readonly body: string }>;
  /** Runs `wan-failover …` beside it. */
  cli(...args: readonly string[]): Promise<Outcome>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that doesn't end it within 10 s. */
  stop(): Promise<Ending>;
  /** SIGKILL: a crash. */
  kill9(): Promise<Ending>;
  /** Resolves when it ends, by itself or otherwise. */
  readonly ended: Promise<Ending>;
}

/** This tree's own. */
export const COMMAND = fileURLToPath(new URL("../bin/wan-failover", import.meta.url));
/** Some 0.4 s of a core, which may have much else to do. */
const START_MS = 30_000;
const STOP_MS = 10_000;
const LOOK_AGAIN_MS = 10;

interface Places {
  readonly env: NodeJS.ProcessEnv;
  readonly configFile: string;
  readonly socket: string;
}

/** The variables that systemd sets for a unit with these directories (systemd.exec(5)). */
const placesOf = (plan: LabPlan, env: NodeJS.ProcessEnv): Places => {
  const [runtime, state, configuration] = ["run", "state", "etc"].map((name) => join(plan.directory, name)) as [
    string,
    string,
    string,
  ];
  return {
    env: { RUNTIME_DIRECTORY: runtime, STATE_DIRECTORY: state, CONFIGURATION_DIRECTORY: configuration, ...env },
    configFile: join(configuration, "config.yaml"),
    socket: join(runtime, "api.sock"),
  };
};

const makePlaces = async (places: Places, config: string | object): Promise<void> => {
  const { RUNTIME_DIRECTORY, STATE_DIRECTORY, CONFIGURATION_DIRECTORY } = places.env;
  const directories = [RUNTIME_DIRECTORY, STATE_DIRECTORY, CONFIGURATION_DIRECTORY];
  await Promise.all(directories.map((path) => mkdir(path ?? "", { recursive: true, mode: 0o755 })));
  await writeFile(places.configFile, typeof config === "string" ? config : JSON.stringify(config, null, 2));
};

/** One request on a Unix socket. */
const callSocket = (socketPath: string, path: string, body?: object): Promise<{ code: number; body: string }> =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const method = body === undefined ? "GET" : "POST";
    const sent = request({ socketPath, path, method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ code: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const statusOf = async (socket: string): Promise<unknown> => {
  const { code, body } = await callSocket(socket, "/api/v1/status");
  if (code !== 200) throw new AppError("no-daemon", `The daemon answered ${code}: ${body}`);
  return JSON.parse(body);
};

const answers = (socket: string): Promise<boolean> =>
  statusOf(socket).then(
    () => true,
    () => false,
  );

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const waitUntilReady = async (child: Child, watched: { socket: string; log: () => string; timeoutMs: number }) => {
  const deadline = now() + watched.timeoutMs;
  while (!(await answers(watched.socket))) {
    const problem = hasEnded(child) ? "ended" : now() > deadline ? "doesn't answer" : null;
    if (problem !== null) throw new AppError("no-daemon", `The daemon ${problem}: ${watched.log()}`);
    await pause(LOOK_AGAIN_MS);
  }
};

const collected = (child: Child, listen: (text: string) => void): (() => string) => {
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    listen(chunk);
  });
  child.stdout.resume();
  return () => text;
};

/** Runs a command to its end inside a namespace. */
export const execute = async (
  namespace: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> => {
  const child = spawn("ip", ["netns", "exec", namespace, ...argv], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outputs: { stdout: string; stderr: string } = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      outputs[name] += chunk;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...outputs };
};

const endingOf = async (child: Child): Promise<Ending> => {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return { code, signal };
};

const killAfter = (child: Child, ms: number): (() => void) => {
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  return () => clearTimeout(timer);
};

const handle = (child: Child, place: { plan: LabPlan; places: Places; log: () => string; command: string }): Daemon => {
  const { plan, places, log, command } = place;
  const ended = endingOf(child);
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    child.ref();
    const disarm = killAfter(child, STOP_MS);
    if (!hasEnded(child)) child.kill(signal);
    return ended.finally(disarm);
  };
  return {
    pid: child.pid ?? 0,
    socket: places.socket,
    configFile: places.configFile,
    log,
    status: () => statusOf(places.socket),
    call: (path, body) => callSocket(places.socket, path, body),
    cli: (...args) => execute(namespaceOf(plan, "router"), [command, ...args], places.env),
    signal: (name) => void child.kill(name),
    stop: () => end("SIGTERM"),
    kill9: () => end("SIGKILL"),
    ended,
  };
};

/** Starts `wan-failover run` in the router and waits until its status answers. Rejects with its log where it never does. */
export const startDaemon = async (plan: LabPlan, options: DaemonOptions): Promise<Daemon> => {
  const places = placesOf(plan, options.env ?? {});
  await makePlaces(places, options.config);
  const command = options.command ?? COMMAND;
  const argv = [command, "run", "--config", places.configFile];
  const child = spawnIn(namespaceOf(plan, "router"), argv, places.env);
  const log = collected(child, options.listen ?? (() => {}));
  try {
    await waitUntilReady(child, { socket: places.socket, log, timeoutMs: options.timeoutMs ?? START_MS });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  release(child);
  return handle(child, { plan, places, log, command });
};
