import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { IptablesFacts, IptablesListing, NftFacts } from "../../core/doctor/facts.ts";
import type { Family } from "../../core/family.ts";
import { type Libnftables, loadLibnftables } from "../libc/libnftables.ts";
import { readText } from "./files.ts";

/** Where the firewall's tools are. */
export interface FirewallTools {
  readonly library: string;
  /** Directories in which commands are looked for. */
  readonly path: string;
}

/** A listing of more than this (without the elements of sets) is not one to read. */
const LISTING_BYTES_MAX = 64 * 1024 * 1024;

/** A command that waits for a lock longer than this (ms) is left alone. */
const COMMAND_MS_MAX = 10_000;

/** `nftables/libnftables.h`: NFT_CTX_OUTPUT_STATELESS | _JSON | _TERSE. */
const OUTPUT = 0x4 | 0x10 | 0x800;

/** A listing, or why there is none. */
type Listing = Pick<NftFacts, "listing" | "problem">;

const listByLibrary = (library: Libnftables): Listing => {
  const context = library.open(OUTPUT);
  const { output, complaint } = context.run("list ruleset");
  context.close();
  return complaint === null ? { listing: output, problem: null } : { listing: null, problem: firstLine(complaint) };
};

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";

const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: COMMAND_MS_MAX,
    maxBuffer: LISTING_BYTES_MAX,
  });

const listByCommand = (command: string): Listing => {
  try {
    return { listing: run(command, ["--json", "--stateless", "--terse", "list", "ruleset"]), problem: null };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { listing: null, problem: firstLine(stderr || message) };
  }
};

/** The path of a command, null where it isn't installed. Never throws. */
export const findCommand = (name: string, { path }: Pick<FirewallTools, "path">): string | null =>
  path
    .split(":")
    .map((folder) => join(folder || ".", name))
    .find(existsSync) ?? null;

const openLibrary = (name: string): Libnftables | null => {
  try {
    return loadLibnftables(name);
  } catch {
    return null;
  }
};

/** The command keeps its words to itself, whereas the library of an ordinary user writes on our standard error. */
const list = (library: Libnftables | null, command: string | null): Listing => {
  if (command !== null) return listByCommand(command);
  return library === null ? NOTHING : listByLibrary(library);
};

const NOTHING: Listing = { listing: null, problem: null };

/** What nftables is here, and all its rules. Never throws. */
export const readNft = (tools: FirewallTools): NftFacts => {
  const library = openLibrary(tools.library);
  const command = findCommand("nft", tools);
  return { library: library !== null, command: command !== null, ...list(library, command) };
};

/** The tables that the old iptables has loaded. */
const legacyTables = (file: string): readonly string[] =>
  (readText(`/proc/net/${file}`) ?? "").split("\n").filter((name) => name !== "");

/** Those for the old tables print nothing, and load nothing, where there are none. */
const SAVE_COMMANDS: readonly { readonly family: Family; readonly name: string }[] = [
  { family: "ipv4", name: "iptables-save" },
  { family: "ipv6", name: "ip6tables-save" },
  { family: "ipv4", name: "iptables-legacy-save" },
  { family: "ipv6", name: "ip6tables-legacy-save" },
];

const save = (command: string): string => {
  try {
    return run(command, []);
  } catch {
    return "";
  }
};

/** What iptables has in place, in its old form and in its new one, which nft's listing shows in part. Never throws. */
export const readIptables = (tools: FirewallTools): IptablesFacts => ({
  legacyTables: { ipv4: legacyTables("ip_tables_names"), ipv6: legacyTables("ip6_tables_names") },
  listings: SAVE_COMMANDS.flatMap(({ family, name }): IptablesListing[] => {
    const command = findCommand(name, tools);
    const text = command === null ? "" : save(command);
    return text === "" ? [] : [{ family, text }];
  }),
});
