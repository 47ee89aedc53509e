import type { BrokerSettings, MailSettings } from "../../core/notify/settings.ts";

/** A relay as `smtp://USER:PASSWORD@HOST:PORT` says. */
interface Relay {
  readonly relay: MailSettings["relay"];
  /** null where the address holds no login. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** RFC 6409 and RFC 8314. */
const PORTS: Readonly<Record<string, number>> = { "smtp:": 587, "smtps:": 465 };

/** As IANA has them. */
const BROKER_PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883 };

/** What a relay's address says; null where it is none. Never throws. */
export const parseRelay = (text: string): Relay | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usual = PORTS[url?.protocol ?? ""];
  if (url === null || usual === undefined || !isBare(url) || (url.username === "") !== (url.password === ""))
    return null;
  const login = loginIn(url);
  if (login === undefined) return null;
  return {
    relay: { ...placeOf(url, usual), immediateTls: url.protocol === "smtps:" },
    login,
  };
};

/** An MQTT broker as `mqtt://HOST:PORT` or `mqtts://HOST:PORT` says; null where it doesn't. Never throws. */
export const parseBroker = (text: string): (Pick<BrokerSettings, "host" | "port"> & { encrypted: boolean }) | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usual = BROKER_PORTS[url?.protocol ?? ""];
  if (url === null || usual === undefined || !isBare(url) || `${url.username}${url.password}` !== "") return null;
  return { ...placeOf(url, usual), encrypted: url.protocol === "mqtts:" };
};

const placeOf = ({ hostname, port }: URL, usual: number): { host: string; port: number } => ({
  host: hostname.replace(/^\[(.*)\]$/, "$1"),
  port: port === "" ? usual : Number(port),
});

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
