import { Resolver } from "node:dns/promises";
import { request } from "node:http";
import type { CheckWay } from "../../core/command.ts";
import { type Family, familyName } from "../../core/family.ts";

/** Nothing that is asked takes longer (ms). */
const ANSWER_MS = 4000;

/**
 * Uses the way that the router's packets take now, as a client behind it would: asks for a name, fetches a page, and fetches it once
 * more from the router's address on the LAN, which only gets an answer where it is translated. What is wrong, a clause each.
 * Never rejects.
 */
export const checkWay = async ({ page, resolvers, families }: CheckWay): Promise<readonly string[]> => {
  const problems = await Promise.all(families.map((one) => checkFamily(new URL(page), { ...one, resolvers })));
  return problems.flat();
};

interface Way {
  readonly family: Family;
  readonly lan: string | null;
  readonly resolvers: readonly string[];
}

const checkFamily = async (page: URL, way: Way): Promise<readonly string[]> => {
  const found = await look(page.hostname, way);
  if ("problem" in found) return [found.problem];
  const { address } = found;
  if (address === null) return [];
  const name = familyName(way.family);
  const direct = await fetchPage(page, { address, from: null });
  if (direct !== null) return [`${name}: ${page.host} could not be read (${direct})`];
  if (way.lan === null) return [];
  const translated = await fetchPage(page, { address, from: way.lan });
  return translated === null
    ? []
    : [`${name}: what the LAN sends gets no answer, so NAT seems to be missing (from ${way.lan}: ${translated})`];
};

/** null: the name has no address in this family. */
const look = async (
  host: string,
  { family, resolvers }: Way,
): Promise<{ readonly address: string | null } | { readonly problem: string }> => {
  const literal = host.replace(/^\[(.*)\]$/, "$1");
  if (/^[\d.]+$/.test(literal)) return { address: family === "ipv4" ? literal : null };
  if (literal.includes(":")) return { address: family === "ipv6" ? literal : null };
  const resolver = new Resolver({ timeout: ANSWER_MS / 2, tries: 2 });
  if (resolvers.length > 0) resolver.setServers([...resolvers]);
  try {
    const [address] = family === "ipv4" ? await resolver.resolve4(host) : await resolver.resolve6(host);
    return { address: address ?? null };
  } catch (error) {
    const code = codeOf(error);
    return code === "ENODATA" ? { address: null } : { problem: `DNS: ${host} could not be looked up (${code})` };
  }
};

/** Why there is no answer; null: there is one, whatever it says. */
const fetchPage = (page: URL, { address, from }: { address: string; from: string | null }): Promise<string | null> =>
  new Promise((resolve) => {
    const asked = request(
      {
        ...{ host: address, port: page.port === "" ? 80 : Number(page.port), path: page.pathname, method: "GET" },
        headers: { host: page.host, "user-agent": "wan-failover" },
        ...(from === null ? {} : { localAddress: from }),
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS),
      },
      (response) => {
        response.destroy();
        resolve(null);
      },
    );
    asked.on("error", (error) => resolve(codeOf(error)));
    asked.end();
  });

const codeOf = (error: unknown): string => {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (name === "TimeoutError" || name === "AbortError") return "no answer in time";
  return typeof code === "string" ? code : "no more is known";
};
