import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../error.ts";
import { loadLibrary } from "../libc/libc.ts";

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
const DEFAULT_PATHS: FirewallPaths = { library: "libnftables.so.1", command: "nft" };
/** `nftables/libnftables.h`: NFT_CTX_DEFAULT, NFT_CTX_OUTPUT_STATELESS. */
const DEFAULT_CONTEXT = 0;
const WITHOUT_COUNTERS = 4;

const LIBRARY = {
  open: "void *nft_ctx_new(uint32_t)",
  setFlags: "void nft_ctx_output_set_flags(void *, uint)",
  bufferOutput: "int nft_ctx_buffer_output(void *)",
  bufferError: "int nft_ctx_buffer_error(void *)",
  output: "str nft_ctx_get_output_buffer(void *)",
  error: "str nft_ctx_get_error_buffer(void *)",
  run: "int nft_run_cmd_from_buffer(void *, str)",
};

type Library = NonNullable<ReturnType<typeof loadLibrary<keyof typeof LIBRARY>>>;

const failed = (words: unknown, cause?: unknown): AppError =>
  new AppError("nft-failed", String(words).trim(), { cause });

/**
 * One context for as long as the process lives: closing one waits some 14 ms for the kernel's RCU, a run in an open one
 * takes 0.2. Its cache is renewed whenever the kernel's generation number has changed.
 */
const runInLibrary = (library: Library): Run => {
  const context = library.open(DEFAULT_CONTEXT) as bigint;
  library.setFlags(context, WITHOUT_COUNTERS);
  library.bufferOutput(context);
  library.bufferError(context);
  return (commands) => {
    const result = library.run(context, commands);
    const output = String(library.output(context));
    const words = library.error(context);
    if (result !== 0) throw failed(words);
    return output;
  };
};

const asAppError = (error: unknown, command: string): AppError => {
  const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === "ENOENT") return new AppError("nft-missing", `Neither libnftables nor ${command} was found.`);
  return failed(stderr || message, error);
};

/** nft can't read a standard input that is a socket, as Node's is; hence the file. */
const runAsCommand =
  (command: string): Run =>
  (commands) => {
    const folder = mkdtempSync(join(tmpdir(), "wan-failover-nft-"));
    const file = join(folder, "commands.nft");
    try {
      writeFileSync(file, commands, { mode: 0o600 });
      return execFileSync(command, ["--stateless", "--file", file], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      throw asAppError(error, command);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

const openRun = ({ library, command }: FirewallPaths): Run => {
  const loaded = loadLibrary(library, LIBRARY);
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
