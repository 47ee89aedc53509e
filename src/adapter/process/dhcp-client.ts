import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeReports, type HookReport } from "../../codec/hook-report.ts";
import type { RunClient } from "../../core/command.ts";
import type { ClientEvent } from "../../core/event.ts";

/** The DHCP clients of all uplinks: `udhcpc` each for IPv4, `dhclient` for IPv6. */
export interface DhcpClients {
  /** Ends those that a daemon before us left running, as one that was killed does. Never throws. */
  endOrphans(): void;
  /** Starts one, in the place of the one that runs for this uplink and family. Its words and its end come as events. Never throws. */
  run(client: RunClient): void;
  /** Ends those that aren't wanted. Never throws. */
  keepOnly(isWanted: (client: RunningClient) => boolean): void;
  /** Ends all; leases are kept. Never throws. */
  close(): void;
}

/** What a client is for, and where it runs. */
export type RunningClient = Pick<RunClient, "uplink" | "family" | "interface">;

export interface DhcpClientsOptions {
  /** Where they keep their numbers; a successor of ours knows them by it. */
  readonly directory: string;
  readonly onEvent: (event: ClientEvent) => void;
}

/** What the programs run when they have something to say; it writes the words of its environment to standard output, a pipe of ours; udhcpc closes all others. */
const HOOK = fileURLToPath(new URL("../bin/dhcp-hook", import.meta.url));

interface Running {
  readonly place: RunningClient;
  end(): void;
}

/** No client runs yet. */
export const openDhcpClients = ({ directory, onEvent }: DhcpClientsOptions): DhcpClients => {
  let running: readonly Running[] = [];
  const endWhere = (isOver: (place: RunningClient) => boolean): void => {
    for (const { end } of running.filter(({ place }) => isOver(place))) end();
    running = running.filter(({ place }) => !isOver(place));
  };
  return {
    endOrphans: () => endOrphans(directory),
    run: (client) => {
      endWhere(({ uplink, family }) => uplink === client.uplink && family === client.family);
      running = [...running, { place: client, end: start(client, callOf(client, directory), onEvent) }];
    },
    keepOnly: (isWanted) => endWhere((place) => !isWanted(place)),
    close: () => endWhere(() => true),
  };
};

/** A program that asks for leases and configures nothing. */
interface Call {
  readonly program: string;
  readonly argv: readonly string[];
}

const callOf = (client: RunClient, directory: string): Call =>
  client.family === "ipv4" ? udhcpc(client, directory) : dhclient(client, directory);

/** Five questions within ten seconds, a pause of five, and so on. */
const PACE = ["-t", "5", "-T", "2", "-A", "5"];

const udhcpc = ({ uplink, interface: device, address }: RunClient, directory: string): Call => {
  const pidFile = join(directory, `udhcpc-${uplink}.pid`);
  const again = address === null ? [] : ["-r", address];
  return { program: "udhcpc", argv: ["-f", "-i", device, "-s", HOOK, "-p", pidFile, ...PACE, ...again] };
};

/** In the foreground; known to the server by the hardware address, so that it needs no memory over a boot; without the machine's own settings. */
const MANNERS = ["-6", "-d", "-q", "-D", "LL", "-cf", "/dev/null", "-lf", "/dev/null", "-sf", HOOK];

/** It takes no notes: what it was lent it would take up again without asking, by a clock that may be wrong now, and ask for nothing else. */
const dhclient = ({ uplink, interface: device, prefix }: RunClient, directory: string): Call => {
  const pidFile = join(directory, `dhclient-${uplink}.pid`);
  const wishes = prefix ? ["-N", "-P"] : ["-N"];
  return { program: "dhclient", argv: [...MANNERS, "-pf", pidFile, ...wishes, device] };
};

/** Starts one and gives what ends it; after that it says no more. */
const start = (
  { uplink, family }: RunClient,
  { program, argv }: Call,
  onEvent: (event: ClientEvent) => void,
): (() => void) => {
  const about = { uplink, family };
  let over = false;
  const tell = (event: ClientEvent): void => {
    if (!over) onEvent(event);
    over ||= event.kind === "client-ended";
  };
  const ended = (problem: string): void => tell({ kind: "client-ended", ...about, problem });
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`;
  const child = spawn(program, argv, { env: { PATH: path }, cwd: "/", stdio: ["ignore", "pipe", "ignore"] });
  child.once("error", ({ code }: NodeJS.ErrnoException) =>
    ended(code === "ENOENT" ? `${program} is not installed` : `${program} can't be started (${code})`),
  );
  child.once("exit", (code, signal) => ended(`${program} ended (${signal ?? `exit code ${code}`})`));
  listen(child, (what, words) => tell({ kind: "client-told", ...about, what, words }));
  return () => {
    over = true;
    child.kill("SIGTERM");
  };
};

const listen = (child: ChildProcess, tell: (what: string, words: HookReport["words"]) => void): void => {
  const stream = child.stdout;
  let rest = "";
  stream?.setEncoding("latin1").on("data", (text: string) => {
    const heard = decodeReports(rest + text);
    rest = heard.rest;
    for (const { what, words } of heard.reports) tell(what, words);
  });
  stream?.on("error", () => {});
};

/** Known by their command lines: a client that ends takes the file with its number along, though another may have written it. */
const endOrphans = (directory: string): void => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (isClient(pid) && keepsItsNumberIn(directory, pid)) process.kill(Number(pid), "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  }
};

/** Asked first, since the command line of a process that hangs can't be read without hanging too. */
const isClient = (pid: string): boolean => /^(udhcpc|dhclient)\n$/.test(readFileSync(`/proc/${pid}/comm`, "latin1"));

const keepsItsNumberIn = (directory: string, pid: string): boolean =>
  readFileSync(`/proc/${pid}/cmdline`, "latin1")
    .split("\0")
    .some((word, place, words) => /^-pf?$/.test(words[place - 1] ?? "") && dirname(word) === directory);
