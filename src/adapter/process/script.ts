import { ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { ScriptEnded } from "../../core/event.ts";

/** A program of the admin's, to be run without a shell. */
export interface ScriptRun {
  /** Absolute. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** Added to our own environment, less what concerns only ourselves. */
  readonly variables: Readonly<Record<string, string>>;
  /** After so long (ms) it gets SIGTERM, and SIGKILL soon after; its children too. */
  readonly timeoutMs: number;
  /** A line that it wrote, with what follows the limit left out. */
  readonly onLine: (line: string) => void;
}

/** A script that writes more has more to say than a log can hold. */
const OUTPUT_OCTETS_MAX = 8192;
const LINE_MAX = 500;

/** What SIGTERM doesn't end in this time (ms) gets SIGKILL. */
const MERCY_MS = 3000;

/** What the service manager and our own start script told only us. */
const OURS = /^(NOTIFY_SOCKET|WATCHDOG_.*|LISTEN_.*|JOURNAL_STREAM|INVOCATION_ID|MALLOC_.*)$/;

/**
 * Runs a script to its end, or until its time is over. The end is that of the script itself: what it leaves running in the
 * background may go on. Never rejects.
 */
export const runScript = (run: ScriptRun): Promise<ScriptEnded["outcome"]> =>
  new Promise((resolve) => {
    const child = start(run);
    if (!(child instanceof ChildProcess)) {
      resolve(child);
      return;
    }
    const overdue = endInTime(child, run.timeoutMs);
    listen(child, run.onLine);
    child.once("error", (error: NodeJS.ErrnoException) => {
      overdue.disarm();
      resolve(whyNotBegun(error));
    });
    child.once("exit", overdue.disarm);
    // By then its last words were read: at the latest `DRAIN_MS` after its end.
    child.once("close", (code, signal) => {
      resolve(outcomeOf({ code, signal, overdue: overdue.isOver(), timeoutMs: run.timeoutMs }));
    });
  });

/** A process group of its own, so that it can be ended with all its children. */
const start = (run: ScriptRun): ChildProcess | ScriptEnded["outcome"] => {
  try {
    const env = { ...environment(), ...run.variables };
    return spawn(run.path, [...run.arguments], { env, cwd: "/", detached: true, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    return whyNotBegun(error as NodeJS.ErrnoException);
  }
};

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));

/** AstLinux calls only what is executable. */
const whyNotBegun = ({ code }: NodeJS.ErrnoException): ScriptEnded["outcome"] => {
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return { kind: "absent" };
  return { kind: "failed", problem: `it can't be started (${code})` };
};

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly overdue: boolean;
  readonly timeoutMs: number;
}

const outcomeOf = ({ code, signal, overdue, timeoutMs }: Ending): ScriptEnded["outcome"] => {
  if (overdue) return { kind: "failed", problem: `it did not end within ${timeoutMs / 1000} s` };
  return code === null ? { kind: "failed", problem: `${signal} ended it` } : { kind: "exited", code };
};

const endInTime = (child: ChildProcess, timeoutMs: number): { disarm: () => void; isOver: () => boolean } => {
  let over = false;
  let timer = setTimeout(() => {
    over = true;
    endGroup(child, "SIGTERM");
    timer = setTimeout(() => endGroup(child, "SIGKILL"), MERCY_MS);
  }, timeoutMs);
  return { disarm: () => clearTimeout(timer), isOver: () => over };
};

const endGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    return;
  }
};

/** A pipe that a background process keeps open is left alone once the script has ended. */
const listen = (child: ChildProcess, onLine: (line: string) => void): void => {
  let left = OUTPUT_OCTETS_MAX;
  const read = (stream: Readable): void => {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      if (left <= 0) return;
      const lines = (rest + text.slice(0, left)).split("\n");
      left -= text.length;
      rest = (left > 0 ? lines.pop() : undefined)?.slice(0, LINE_MAX) ?? "";
      for (const line of lines) if (line !== "") onLine(line.slice(0, LINE_MAX));
      if (left <= 0) onLine("… (the rest of the output is left out)");
    });
    stream.once("close", () => {
      if (rest !== "") onLine(rest);
    });
    child.once("exit", () => setTimeout(() => stream.destroy(), DRAIN_MS));
  };
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) read(stream);
};

/** What a script wrote right before its end is still read for so long (ms). */
const DRAIN_MS = 100;
