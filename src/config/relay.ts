import type { MailSettings } from "../core/notify/settings.ts";

/** A relay as `smtp://USER:PASSWORD@HOST:PORT` says. */
interface Relay {
  readonly relay: MailSettings["relay"];
  /** null where the address holds no login. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** RFC 6409 and RFC 8314. */
const PORTS: Readonly<Record<string, number>> = { "smtp:": 587, "smtps:": 465 };

/** What a relay's address says; null where it is none. Never throws. */
export const parseRelay = (text: string): Relay | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usual = PORTS[url?.protocol ?? ""];
  if (url === null || usual === undefined || !isBare(url) || (url.username === "") !== (url.password === ""))
    return null;
  const login = loginIn(url);
  if (login === undefined) return null;
  return {
    relay: {
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? usual : Number(url.port),
      immediateTls: url.protocol === "smtps:",
    },
    login,
  };
};

const isBare = ({ hostname, port, pathname, search, hash }: URL): boolean =>
  /^[\w.:[\]-]+$/.test(hostname) && port !== "0" && /^\/?$/.test(pathname) && search === "" && hash === "";

/** undefined where it isn't properly percent-encoded. */
const loginIn = ({ username, password }: URL): Relay["login"] | undefined => {
  try {
    return username === "" ? null : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
};
