import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress } from "./address.ts";

/** Where the page and the API are offered on TCP, and under which names. */
export interface WebSettings {
  /** null: nowhere. */
  readonly listen: ListenAddress | null;
  /** Names by which browsers reach us, in lower case; addresses and the machine's own name need no mention. */
  readonly hosts: readonly string[];
  /** Paths of PEM files; null: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
}

/** A local address and a TCP port, 1..65535. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8380`, `[::1]:8380`; null where the text is neither. Never throws. */
export const parseListen = (text: string): ListenAddress | null => {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([1-9]\d{0,4})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  const fits = bracketed === undefined ? isIPv4(host) : isIPv6(host);
  return fits && port <= 65_535 ? { host: canonicalAddress(host), port } : null;
};
