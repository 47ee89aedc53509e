import { readFileSync } from "node:fs";
import { decodeMessages, type Message } from "../../src/codec/netlink.ts";

/** The bytes of a captured message. */
export const bytesOf = (hexadecimal: string): Uint8Array => new Uint8Array(Buffer.from(hexadecimal, "hex"));

/** A file of captured messages below test/fixture; it says itself how they were captured. */
export const loadCapture = <Capture>(name: string): Capture =>
  JSON.parse(readFileSync(new URL(`../fixture/${name}.json`, import.meta.url), "utf8"));

/** The one message in captured bytes. */
export const messageOf = (hexadecimal: string): Message => {
  const [message] = decodeMessages(bytesOf(hexadecimal));
  if (message === undefined) throw new Error("The capture holds no message.");
  return message;
};

/** The body of the one message in captured bytes. */
export const bodyOf = (hexadecimal: string): Uint8Array => messageOf(hexadecimal).body;

/** Messages of `ip link`, `ip address`, `ip route` and `ip rule`. */
export interface Dump {
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly routesIPv4: readonly string[];
  readonly routesIPv6: readonly string[];
  readonly rulesIPv4: readonly string[];
  readonly rulesIPv6: readonly string[];
  readonly wholeReceive: string;
}

/** What `ip` sent for a command, and what the kernel answered. */
export interface Exchange {
  readonly command: string;
  readonly request: string;
  readonly reply: string;
}
