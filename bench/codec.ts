// What encoding and decoding cost: pure functions on captured bytes, warmed up.
import { readFileSync } from "node:fs";
import { decodeEcho, ECHO_LENGTH, type Echo, encodeEcho } from "../src/codec/icmp.ts";
import { decodeLink } from "../src/codec/link.ts";
import { decodeMessages, encodeMessage } from "../src/codec/netlink.ts";
import { decodeRoute, putRoute, type RouteMessage } from "../src/codec/route.ts";
import { machineText, printTable } from "./lib/report.ts";
import { timePerCall, USUAL_ROUNDS } from "./lib/rounds.ts";
import { spreadText } from "./lib/spread.ts";

const ROUTES: Readonly<Record<"IPv4" | "IPv6", RouteMessage>> = {
  IPv4: {
    family: "ipv4",
    table: 254,
    destination: "default",
    metric: 1,
    protocol: 87,
    type: "unicast",
    hops: [{ gateway: "203.0.113.1", link: 2, weight: 1, onlink: false }],
    source: null,
    expiresInMs: null,
  },
  IPv6: {
    family: "ipv6",
    table: 254,
    destination: "default",
    metric: 1,
    protocol: 87,
    type: "unicast",
    hops: [{ gateway: "fe80::1", link: 2, weight: 1, onlink: false }],
    source: null,
    expiresInMs: null,
  },
};

/** What `ip link` received from the kernel: a message for each of its interfaces. */
const capturedLinks = (): Uint8Array => {
  const { links } = JSON.parse(readFileSync("test/fixture/rtnetlink-dump.json", "utf8"));
  return Buffer.from(links.join(""), "hex");
};

const encodedRoute = (route: RouteMessage): Uint8Array => {
  const { type, flags, body } = putRoute(route);
  return encodeMessage({ type, flags, sequence: 1, port: 0, body });
};

const routeWorks = (name: "IPv4" | "IPv6"): [string, () => unknown][] => {
  const encoded = encodedRoute(ROUTES[name]);
  return [
    [`${name} route, encode`, () => encodedRoute(ROUTES[name])],
    [`${name} route, decode`, () => decodeMessages(encoded).map(({ body }) => decodeRoute(body))],
  ];
};

const linkWork = (): [string, () => unknown] => {
  const dump = capturedLinks();
  const decode = () => decodeMessages(dump).map(({ body }) => decodeLink(body));
  return [`dump of ${decode().length} links (${dump.length} octets), decode`, decode];
};

const echoWorks = (family: "ipv4" | "ipv6", name: string): [string, (index: number) => unknown][] => {
  const request: Echo = { kind: "request", identifier: 1, sequence: 1, nonceHigh: 0x12345678, nonceLow: 0x9abcdef0 };
  const [bytes, reply] = [new Uint8Array(ECHO_LENGTH), encodeEcho(family, { ...request, kind: "reply" })];
  return [
    [
      `${name} echo, encode`,
      (index) => encodeEcho(family, { ...request, sequence: index & 0xffff, nonceLow: index }, bytes),
    ],
    [`${name} echo, decode`, () => decodeEcho(family, reply)],
  ];
};

const works: readonly [string, (index: number) => unknown][] = [
  ...routeWorks("IPv4"),
  ...routeWorks("IPv6"),
  linkWork(),
  ...echoWorks("ipv4", "IPv4"),
  ...echoWorks("ipv6", "IPv6"),
];

console.log(machineText());
printTable({
  title: `Microseconds; median of ${USUAL_ROUNDS.rounds} rounds of ${USUAL_ROUNDS.times} calls (min–max)`,
  columns: ["", "µs"],
  rows: works.map(([name, work]) => [name, spreadText(timePerCall(work), 2)]),
});
