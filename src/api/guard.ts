import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { failure, type Reply } from "./reply.ts";

/**
 * What keeps other sites' pages in the admin's browser away. A name that isn't ours may be an attacker's that leads
 * here (DNS rebinding), so that only addresses and our own names are taken; and whatever a page of another origin
 * sends is refused (cross-site request forgery). Returns the refusal, or null. `hosts`: our names besides. Never throws.
 */
export const guard = ({ headers }: IncomingMessage, hosts: readonly string[]): Reply | null => {
  const host = headers.host?.toLowerCase() ?? "";
  if (!isOurs(hostIn(host), hosts)) {
    return failure(421, "This host name isn't known here; `web.hosts` in the config says which ones are.");
  }
  if (headers.origin !== undefined && hostOf(headers.origin) !== host) return FOREIGN;
  return isCrossSite(headers) ? FOREIGN : null;
};

const FOREIGN = failure(403, "Requests of other sites' pages are not taken.");

/** A link on another site may lead to the page, but nothing else may be asked for from there. */
const isCrossSite = (headers: IncomingMessage["headers"]): boolean => {
  const site = headers["sec-fetch-site"];
  const foreign = site === "cross-site" || site === "same-site";
  return foreign && headers["sec-fetch-mode"] !== "navigate";
};

/** `name:port`, `[address]:port`: without the port and the brackets. */
const hostIn = (host: string): string => /^\[(.*)\](:\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, "");

const isOurs = (name: string, hosts: readonly string[]): boolean =>
  isIP(name) !== 0 || name === "localhost" || name === hostname().toLowerCase() || hosts.includes(name);

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);
