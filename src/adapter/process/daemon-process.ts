import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { monotonicMs } from "../clock.ts";

/** A process that is asked to end and then made to. */
export interface Ended {
  /** SIGTERM wasn't enough. */
  readonly killed: boolean;
}

/** `net/unix/af_unix.c`: `__SO_ACCEPTCON` among the flags of `/proc/net/unix`. */
const LISTENS = 0x10000;

const LOOK_AGAIN_MS = 50;

/** The time (ms) that a process has for ending by itself; a daemon needs some 50. */
const MERCY_MS = 5000;

/** SIGKILL takes no longer than this (ms), save where the kernel itself hangs. */
const KILL_MS = 2000;

/**
 * The process that listens on a Unix socket, alive or hanging; null where there is none. Found by the socket itself, so that
 * no stale PID file can name a stranger. Never throws.
 */
export const holderOf = (socketPath: string): number | null => {
  const inode = inodeOf(socketPath);
  return inode === null ? null : (processes().find((pid) => holds(pid, `socket:[${inode}]`)) ?? null);
};

/** `Num: RefCount Protocol Flags Type St Inode Path` (proc_pid_net(5)). */
const inodeOf = (socketPath: string): string | null => {
  const entries = readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const found = entries.find(
    ([, , , flags = "", , , , ...path]) =>
      path.join(" ") === socketPath && (Number.parseInt(flags, 16) & LISTENS) !== 0,
  );
  return found?.[6] ?? null;
};

const processes = (): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Processes end while they are looked at, and those of others can't be looked into. */
const holds = (pid: number, link: string): boolean => {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => linkOf(join(folder, fd)) === link);
  } catch {
    return false;
  }
};

const linkOf = (path: string): string | null => {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
};

/** Ends the process that listens on a socket: SIGTERM, then SIGKILL. Gives null where it can't be ended. Never rejects. */
export const endHolder = async (socketPath: string, pid: number): Promise<Ended | null> => {
  const isGone = (): boolean => holderOf(socketPath) !== pid;
  signal(pid, "SIGTERM");
  if (await within(MERCY_MS, isGone)) return { killed: false };
  signal(pid, "SIGKILL");
  return (await within(KILL_MS, isGone)) ? { killed: true } : null;
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    return;
  }
};

/** Looks again and again until something is so; false when the time (ms) is over. Rejects as `is` does. */
export const within = async (ms: number, is: () => boolean | Promise<boolean>): Promise<boolean> => {
  const deadline = monotonicMs() + ms;
  while (!(await is())) {
    if (monotonicMs() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return true;
};

/** Beside the bundle that this runs from. */
const COMMAND = fileURLToPath(new URL("../bin/wan-failover", import.meta.url));

/** Starts the daemon in a session of its own, its words going to the system log. Never throws. */
export const startDetached = (args: readonly string[]): ChildProcess => {
  const log = openSystemLog();
  const child = spawn(COMMAND, [...args], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", "ignore", log?.stdin ?? "ignore"],
  });
  child.on("error", () => {});
  return child;
};

/** logger(1), also BusyBox's. */
const openSystemLog = (): ChildProcess | null => {
  if (!onPath("logger")) return null;
  const stdio = ["pipe", "ignore", "ignore"] as const;
  return spawn("logger", ["-t", "wan-failover", "-p", "daemon.info"], { cwd: "/", detached: true, stdio: [...stdio] });
};

const onPath = (command: string): boolean =>
  (process.env.PATH ?? "").split(":").some((folder) => folder !== "" && existsSync(join(folder, command)));

/** Where distributions and admins put units (systemd.unit(5)). */
const UNIT_FOLDERS = [
  "etc/systemd/system",
  "run/systemd/system",
  "usr/local/lib/systemd/system",
  "usr/lib/systemd/system",
  "lib/systemd/system",
];

/** Whether systemd runs this machine (sd_booted(3)) and has our unit. `root`: where the file system begins. Never throws. */
export const isSystemdUnit = (root: string): boolean =>
  existsSync(join(root, "run/systemd/system")) &&
  UNIT_FOLDERS.some((folder) => existsSync(join(root, folder, "wan-failover.service")));

/** Has systemd do it. Gives its exit code; null where systemctl couldn't be run. Never throws. */
export const systemctl = (verb: string): number | null =>
  spawnSync("systemctl", [verb, "wan-failover.service"], { stdio: "inherit" }).status;
