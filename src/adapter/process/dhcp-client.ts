import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeReports, type HookReport } from "../../codec/hook-report.ts";
import type { RunClient } from "../../core/command.ts";
import type { ClientEvent, ClientPlace } from "../../core/event.ts";

/** The DHCP clients of all uplinks: `udhcpc` each for IPv4, `dhclient` for IPv6. */
export interface DhcpClients {
  /** Starts one, in the place of the one that runs for this uplink and family. Its words and its end come as events. Never throws. */
  run(client: RunClient): void;
  /** Ends those that aren't wanted. Never throws. */
  keepOnly(isWanted: (client: ClientPlace) => boolean): void;
  /** Ends all; leases are kept. Never throws. */
  close(): void;
}

export interface DhcpClientsOptions {
  /** Where the processes' numbers are kept, for a successor of ours who finds them still running. */
  readonly directory: string;
  readonly onEvent: (event: ClientEvent) => void;
}

/** What the programs run when they have something to say; it writes the words of its environment to standard output, a pipe of ours; udhcpc closes all others. */
const HOOK = fileURLToPath(new URL("../bin/dhcp-hook", import.meta.url));

interface Running {
  readonly place: ClientPlace;
  end(): void;
}

/** No client runs yet. */
export const openDhcpClients = ({ directory, onEvent }: DhcpClientsOptions): DhcpClients => {
  let running: readonly Running[] = [];
  const endWhere = (isOver: (place: ClientPlace) => boolean): void => {
    for (const { end } of running.filter(({ place }) => isOver(place))) end();
    running = running.filter(({ place }) => !isOver(place));
  };
  return {
    run: (client) => {
      endWhere(({ uplink, family }) => uplink === client.uplink && family === client.family);
      const call = callOf(client, directory);
      endOrphan(call.pidFile);
      running = [...running, { place: client, end: start(client, call, onEvent) }];
    },
    keepOnly: (isWanted) => endWhere((place) => !isWanted(place)),
    close: () => endWhere(() => true),
  };
};

/** A program that asks for leases and configures nothing. */
interface Call {
  readonly program: string;
  readonly argv: readonly string[];
  readonly pidFile: string;
}

const callOf = (client: RunClient, directory: string): Call =>
  client.family === "ipv4" ? udhcpc(client, directory) : dhclient(client, directory);

/** Five questions within ten seconds, a pause of five, and so on. */
const PACE = ["-t", "5", "-T", "2", "-A", "5"];

const udhcpc = ({ uplink, interface: device, address }: RunClient, directory: string): Call => {
  const pidFile = join(directory, `udhcpc-${uplink}.pid`);
  const again = address === null ? [] : ["-r", address];
  return { program: "udhcpc", argv: ["-f", "-i", device, "-s", HOOK, "-p", pidFile, ...PACE, ...again], pidFile };
};

/** In the foreground; known to the server by the hardware address, so that it needs no memory over a boot; without the machine's own settings. */
const MANNERS = ["-6", "-d", "-q", "-D", "LL", "-cf", "/dev/null", "-lf", "/dev/null", "-sf", HOOK];

/** It takes no notes: what it was lent it would take up again without asking, by a clock that may be wrong now, and ask for nothing else. */
const dhclient = ({ uplink, interface: device, prefix }: RunClient, directory: string): Call => {
  const pidFile = join(directory, `dhclient-${uplink}.pid`);
  const wishes = prefix ? ["-N", "-P"] : ["-N"];
  return { program: "dhclient", argv: [...MANNERS, "-pf", pidFile, ...wishes, device], pidFile };
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

/** A client that outlived its daemon would go on beside the new one. */
const endOrphan = (pidFile: string): void => {
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    const isOurs = pid > 1 && readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(pidFile);
    if (isOurs) process.kill(pid, "SIGTERM");
  } catch {
    return;
  }
};
