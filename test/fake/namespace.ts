import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { enterNetworkNamespace } from "../../src/adapter/libc/libc.ts";

/** A network namespace that this process is in. Synchronous file access and children see it; worker threads don't. */
export interface Namespace {
  readonly name: string;
  /** Runs `ip` in it and returns what it prints. Throws where it fails. */
  ip(...args: readonly string[]): string;
  /** Runs any program in it and returns what it prints. Throws where it fails. */
  run(program: string, ...args: readonly string[]): string;
  /** Leaves it and removes it. */
  dispose(): void;
}

let made = 0;

const enterAndClose = (fd: number): void => {
  try {
    enterNetworkNamespace(fd);
  } finally {
    closeSync(fd);
  }
};

/** Removes the namespace when its standard input ends, which is when this process does, however it ends. */
const startRemover = (name: string): (() => void) => {
  const script = `trap '' HUP INT TERM; cat >/dev/null; ip netns delete ${name} 2>/dev/null`;
  const remover = spawn("sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  remover.unref();
  return () => void remover.stdin.end();
};

/** Makes a network namespace with a name of its own and moves this process's main thread into it; `lo` is up. */
export const enterNamespace = (): Namespace => {
  made += 1;
  const name = `wf${process.pid}-${made}`;
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  run("ip", "netns", "add", name);
  const stopRemover = startRemover(name);
  const home = openSync("/proc/self/ns/net", "r");
  enterAndClose(openSync(`/run/netns/${name}`, "r"));
  run("ip", "link", "set", "lo", "up");
  const dispose = (): void => {
    enterAndClose(home);
    run("ip", "netns", "delete", name);
    stopRemover();
  };
  return { name, run, ip: (...args) => run("ip", ...args), dispose };
};
