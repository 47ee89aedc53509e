import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { ResolverLink } from "../../core/command.ts";
import { replaceText } from "../file/text-file.ts";

/** Whom the machine's own resolver should ask. */
export interface ResolverOrder {
  /** In the order in which they should be asked. */
  readonly servers: readonly string[];
  readonly links: readonly ResolverLink[];
}

export interface LocalResolver {
  /** Keeps the file and tells systemd-resolved, where that runs. Resolves with what went wrong, in a sentence, or null. Never rejects. */
  use(order: ResolverOrder): Promise<string | null>;
}

export interface LocalResolverPlaces {
  /** The file that dnsmasq reads (`resolv-file=`). */
  readonly path: string;
  /** systemd-resolved's own socket: it is there while that runs. */
  readonly resolvedSocket?: string;
  readonly resolvectl?: string;
}

const RESOLVED_SOCKET = "/run/systemd/resolve/io.systemd.Resolve";
const RESOLVECTL = "resolvectl";

/** It answers in some ten milliseconds, or hangs with D-Bus. */
const RESOLVECTL_TIMEOUT_MS = 5000;

const HEAD =
  "# Kept by wan-failover: the DNS servers of the uplinks that carry traffic now. What is changed here is lost.\n";

/** Nothing is written before the first order. Orders are carried out one after the other. */
export const openLocalResolver = ({
  path,
  resolvedSocket = RESOLVED_SOCKET,
  resolvectl = RESOLVECTL,
}: LocalResolverPlaces): LocalResolver => {
  let last: Promise<unknown> = Promise.resolve();
  const carryOut = async ({ servers, links }: ResolverOrder): Promise<string | null> => {
    const problem = await keepFile(path, servers);
    const refusal = existsSync(resolvedSocket) ? await tellAll(resolvectl, links) : null;
    return problem ?? refusal;
  };
  const use = (order: ResolverOrder): Promise<string | null> => {
    const used = last.then(() => carryOut(order));
    last = used;
    return used;
  };
  return { use };
};

/** Where nothing has changed, nothing is written. */
const keepFile = async (path: string, servers: readonly string[]): Promise<string | null> => {
  const text = `${HEAD}${servers.map((server) => `nameserver ${server}\n`).join("")}`;
  const before = await readFile(path, "utf8").catch(() => null);
  return before === text ? null : replaceText(path, text);
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message.trim() : String(error));

const run = promisify(execFile);

/** systemd-resolved binds its queries to the link that a server belongs to; `~.` makes that link right for all names. */
const tellAll = async (resolvectl: string, links: readonly ResolverLink[]): Promise<string | null> => {
  try {
    for (const { interface: name, servers, used } of links) {
      for (const words of [
        ["dns", name, ...servers],
        ["domain", name, used ? "~." : ""],
        ["default-route", name, used ? "yes" : "no"],
      ]) {
        await run(resolvectl, words, { timeout: RESOLVECTL_TIMEOUT_MS, killSignal: "SIGKILL" });
      }
    }
    return null;
  } catch (error) {
    return `systemd-resolved was not told whom to ask: ${wordsOf(error)}`;
  }
};

/** Takes back what systemd-resolved was told of these interfaces. Never throws. */
export const revertResolved = (interfaces: readonly string[]): void => {
  if (!existsSync(RESOLVED_SOCKET)) return;
  for (const name of interfaces) {
    try {
      execFileSync(RESOLVECTL, ["revert", name], { timeout: RESOLVECTL_TIMEOUT_MS, stdio: "ignore" });
    } catch {
      // The interface is gone, and took along what was known of it.
    }
  }
};
