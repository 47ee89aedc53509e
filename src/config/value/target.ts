import * as z from "zod";
import type { Family } from "../../core/family.ts";
import { type Host, type HttpTarget, PORT, type Target } from "../../core/target/target.ts";
import { canonicalAddress, familyOf, isTarget } from "./address.ts";
import { group } from "./value.ts";

/** How each kind of target is written, and what it becomes; null where that form isn't kept. */
const FORMS: Readonly<Record<string, { readonly form: string; readonly read: (url: URL) => Target | null }>> = {
  tcp: { form: "tcp://HOST:PORT, such as tcp://1.1.1.1:443", read: (url) => readTcp(url) },
  dns: { form: "dns://ADDRESS/NAME, such as dns://9.9.9.9/example.org", read: (url) => readDns(url) },
  http: { form: "http://HOST/PATH, such as http://example.net/", read: (url) => readPage(url) },
  https: { form: "https://HOST/PATH, such as https://example.net/", read: (url) => readPage(url) },
};

const ADDRESS_FORM = "give the address of a host on the internet that answers pings, such as 9.9.9.9";
const ANY_FORM = `${ADDRESS_FORM}, or tcp://HOST:PORT, dns://ADDRESS/NAME, http://HOST/PATH, https://HOST/PATH`;

/** Longer ones are no addresses of pages that say whether a line works. */
const URL_LENGTH_MAX = 500;

/** RFC 1123 section 2.1, with at least one dot, and a last label that no number could be taken for. */
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** What a text says as a target; null where it is none. Never throws. */
const readTarget = (text: string): Target | null => {
  if (isTarget(text)) return { kind: "icmp", address: canonicalAddress(text) };
  const url = formOf(text) === undefined ? null : parseUrl(text);
  return url === null ? null : (formOf(text)?.read(url) ?? null);
};

const formOf = (text: string) => FORMS[/^([a-z]+):\/\//.exec(text)?.[1] ?? ""];

const parseUrl = (text: string): URL | null => {
  if (text.length > URL_LENGTH_MAX || !/^[!-~]+$/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.username === "" && url.password === "" && url.hash === "" ? url : null;
};

const readHost = ({ hostname }: URL): Host | null => {
  const name = hostname.toLowerCase();
  const address = name.replace(/^\[(.*)\]$/, "$1");
  const family = familyOf(address);
  if (family !== null)
    return isTarget(address) ? { kind: "address", family, address: canonicalAddress(address) } : null;
  return HOST_NAME.test(name) ? { kind: "name", name } : null;
};

const readTcp = (url: URL): Target | null => {
  const host = readHost(url);
  const bare = (url.pathname === "" || url.pathname === "/") && url.search === "";
  return host === null || !bare || Number(url.port) === 0 ? null : { kind: "tcp", host, port: Number(url.port) };
};

const readDns = (url: URL): Target | null => {
  const host = readHost(url);
  const name = url.pathname.slice(1).toLowerCase();
  const port = portOf(url, PORT.dns);
  if (host?.kind !== "address" || !HOST_NAME.test(name) || url.search !== "" || port === 0) return null;
  return { kind: "dns", host, port, name };
};

const readPage = (url: URL): HttpTarget | null => {
  const host = readHost(url);
  const secure = url.protocol === "https:";
  const port = portOf(url, secure ? PORT.https : PORT.http);
  if (host === null || port === 0) return null;
  return { kind: "http", secure, host, port, path: `${url.pathname}${url.search}`, expect: null, body: null };
};

const portOf = ({ port }: URL, usual: number): number => (port === "" ? usual : Number(port));

const describeMisfit = (text: string): string => {
  if (familyOf(text) !== null) return `${text} says nothing about the internet`;
  return formOf(text) === undefined
    ? `${shown(text)} isn't an IPv4 or IPv6 address`
    : `${shown(text)} isn't a target of its kind`;
};

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

const remedyFor = (text: string): string => {
  const form = formOf(text)?.form;
  if (form !== undefined) return `write it as ${form}`;
  return familyOf(text) === null ? ANY_FORM : ADDRESS_FORM;
};

const written = z
  .string()
  .meta({ examples: ["9.9.9.9", "tcp://1.1.1.1:443", "dns://9.9.9.9/example.org", "https://example.net/"] })
  .transform((text, context): Target => {
    const target = readTarget(text);
    if (target !== null) return target;
    context.issues.push({
      code: "custom",
      input: text,
      message: describeMisfit(text),
      params: { remedy: remedyFor(text) },
    });
    return z.NEVER;
  });

const page = group(
  {
    url: z
      .string()
      .meta({ description: "The page, by http or https.", examples: ["http://example.net/generate_204"] })
      .transform((text, context): HttpTarget => {
        const target = readTarget(text);
        if (target?.kind === "http") return target;
        const params = { remedy: `write it as ${FORMS.http?.form}` };
        context.issues.push({ code: "custom", input: text, message: `${shown(text)} isn't a web page`, params });
        return z.NEVER;
      }),
    expect: z
      .int()
      .min(200)
      .max(599)
      .meta({
        description: "The status that is due. Default: any of 200 to 299, or a redirection that stays with the host.",
        examples: [204],
      })
      .optional(),
    body: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: "A text that its first 4096 bytes must contain.", examples: ["success"] })
      .optional(),
  },
  { description: "A web page, and what it should answer." },
).transform(({ url, expect, body }): Target => ({ ...url, expect: expect ?? null, body: body ?? null }));

/** Whatever can be probed. */
export const target = z.union([written, page]);

/** The families in which a target is probed: its address's, or both where it has a name. Never throws. */
export const isProbedIn = (one: Target, family: Family): boolean => {
  if (one.kind === "icmp") return familyOf(one.address) === family;
  return one.host.kind === "name" || one.host.family === family;
};

/** What was written, as a target; undefined where it is none. Never throws. */
export const parseTarget = (written: unknown): Target | undefined => target.safeParse(written).data;
