import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunClient } from "../core/command.ts";
import type { ClientEvent } from "../core/event.ts";

/** The DHCP clients of all uplinks, `udhcpc` each. */
export interface DhcpClients {
  /** Starts an uplink's, in the place of the one that runs. Its words and its end come as events. Never throws. */
  run(client: RunClient): void;
  /** Ends those of uplinks that are not named. Never throws. */
  keepOnly(uplinks: readonly string[]): void;
  /** Ends all; leases are kept. Never throws. */
  close(): void;
}

export interface DhcpClientsOptions {
  /** Where the processes' numbers are kept, for a successor of ours who finds them still running. */
  readonly directory: string;
  readonly onEvent: (event: ClientEvent) => void;
}

/** What udhcpc runs when it has something to say; it writes the words of its environment to standard output, a pipe of ours; udhcpc closes all others. */
const HOOK = fileURLToPath(new URL("../bin/udhcpc-hook", import.meta.url));

/** Five questions within ten seconds, a pause of five, and so on. */
const PACE = ["-t", "5", "-T", "2", "-A", "5"];

/** More than all that the hook passes on can be long; whoever says more is not heard. */
const REPORT_MAX = 16_384;

/** No client runs yet. */
export const openDhcpClients = ({ directory, onEvent }: DhcpClientsOptions): DhcpClients => {
  const running = new Map<string, () => void>();
  const endWhere = (isOver: (uplink: string) => boolean): void => {
    for (const [uplink, end] of running) {
      if (!isOver(uplink)) continue;
      running.delete(uplink);
      end();
    }
  };
  return {
    run: (client) => {
      endWhere((uplink) => uplink === client.uplink);
      const pidFile = join(directory, `udhcpc-${client.uplink}.pid`);
      endOrphan(pidFile);
      running.set(client.uplink, start(client, pidFile, onEvent));
    },
    keepOnly: (uplinks) => endWhere((uplink) => !uplinks.includes(uplink)),
    close: () => endWhere(() => true),
  };
};

/** Starts one and gives what ends it; after that it says no more. */
const start = (client: RunClient, pidFile: string, onEvent: (event: ClientEvent) => void): (() => void) => {
  const { uplink, address } = client;
  let over = false;
  const tell = (event: ClientEvent): void => {
    if (!over) onEvent(event);
    over ||= event.kind === "client-ended";
  };
  const again = address === null ? [] : ["-r", address];
  const argv = ["-f", "-i", client.interface, "-s", HOOK, "-p", pidFile, ...PACE, ...again];
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin`;
  const child = spawn("udhcpc", argv, { env: { PATH: path }, cwd: "/", stdio: ["ignore", "pipe", "ignore"] });
  child.once("error", ({ code }: NodeJS.ErrnoException) =>
    tell({ kind: "client-ended", uplink, problem: code === "ENOENT" ? MISSING : `udhcpc can't be started (${code})` }),
  );
  child.once("exit", (code, signal) =>
    tell({ kind: "client-ended", uplink, problem: `udhcpc ended (${signal ?? `exit code ${code}`})` }),
  );
  listen(child, (what, words) => tell({ kind: "client-told", uplink, what, words }));
  return () => {
    over = true;
    child.kill("SIGTERM");
  };
};

const MISSING = "udhcpc is not installed";

/** A report is a line for each word and an empty one at its end. */
const listen = (child: ChildProcess, tell: (what: string, words: Record<string, string>) => void): void => {
  const stream = child.stdout;
  let rest = "";
  stream?.setEncoding("latin1").on("data", (text: string) => {
    const reports = (rest + text).split("\n\n");
    rest = reports.pop() ?? "";
    if (rest.length > REPORT_MAX) rest = "";
    for (const report of reports) {
      const { what = "", ...words } = Object.fromEntries(report.split("\n").map(wordIn));
      tell(what, words);
    }
  });
  stream?.on("error", () => {});
};

const wordIn = (line: string): [string, string] => {
  const [name = "", ...value] = line.split("=");
  return [name, value.join("=")];
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
