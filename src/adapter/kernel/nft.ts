import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../error.ts";
import { LIBNFTABLES, type Libnftables, loadLibnftables } from "../libc/libnftables.ts";

/** Our own nft table, `inet wan_failover`. Other tables are never touched. */
export interface Firewall {
  /**
   * Runs a ruleset as one transaction: all of it or nothing. Throws AppError `nft-failed` with nft's own words, or
   * `nft-missing`.
   */
  loadRuleset(ruleset: string): void;
  /** The table as nft prints it, without counter values; null where it doesn't exist. Throws as `loadRuleset`. */
  listTable(): string | null;
  /** Deletes the table; no error where it doesn't exist. Throws as `loadRuleset`. */
  deleteTable(): void;
}

/** Where nftables is found. */
export interface FirewallPaths {
  readonly library: string;
  /** Used where the library is missing. */
  readonly command: string;
}

/** Runs nft commands and returns what they print. */
type Run = (commands: string) => string;

const TABLE = "inet wan_failover";
const DEFAULT_PATHS: FirewallPaths = { library: LIBNFTABLES, command: "nft" };

/** `nftables/libnftables.h`: NFT_CTX_OUTPUT_STATELESS. */
const WITHOUT_COUNTERS = 4;

/** The command takes some 20 ms; one that waits for longer (ms) would hold up the loop. */
const COMMAND_MS_MAX = 5000;

const failed = (words: unknown, cause?: unknown): AppError =>
  new AppError("nft-failed", String(words).trim(), { cause });

/** One context for as long as the process lives. */
const runInLibrary = (library: Libnftables): Run => {
  const context = library.open(WITHOUT_COUNTERS);
  return (commands) => {
    const { output, complaint } = context.run(commands);
    if (complaint !== null) throw failed(complaint);
    return output;
  };
};

const asAppError = (error: unknown, command: string): AppError => {
  const { code, syscall, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === "ENOENT" && syscall?.startsWith("spawn"))
    return new AppError("nft-missing", `Neither libnftables nor ${command} was found.`);
  return failed(stderr || message, error);
};

/** nft can't read a standard input that is a socket, as Node's is; hence the file. */
const runAsCommand =
  (command: string): Run =>
  (commands) => {
    try {
      return inFolder((folder) => runFile(command, join(folder, "commands.nft"), commands));
    } catch (error) {
      throw asAppError(error, command);
    }
  };

const inFolder = (use: (folder: string) => string): string => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-nft-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const runFile = (command: string, file: string, commands: string): string => {
  writeFileSync(file, commands, { mode: 0o600 });
  return execFileSync(command, ["--stateless", "--file", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: COMMAND_MS_MAX,
  });
};

const openRun = ({ library, command }: FirewallPaths): Run => {
  const loaded = loadLibnftables(library);
  return loaded === null ? runAsCommand(command) : runInLibrary(loaded);
};

/** The firewall of the network namespace that the process is in now. Throws AppError where koffi can't be loaded; a missing nft shows at the first use. */
export const openFirewall = (paths: Partial<FirewallPaths> = {}): Firewall => {
  const run = openRun({ ...DEFAULT_PATHS, ...paths });
  const exists = (): boolean => run("list tables").split("\n").includes(`table ${TABLE}`);
  return {
    loadRuleset: run,
    listTable: () => (exists() ? run(`list table ${TABLE}`) : null),
    deleteTable: () => {
      run(`table ${TABLE}\ndelete table ${TABLE}\n`);
    },
  };
};
