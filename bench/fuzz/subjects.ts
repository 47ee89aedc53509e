import { readdirSync, readFileSync } from "node:fs";
import { decodeBody } from "../../src/api/body.ts";
import { ROUTES } from "../../src/api/routes.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { CodecError } from "../../src/codec/codec-error.ts";
import { decodeFlow } from "../../src/codec/conntrack.ts";
import { decodeAnswer } from "../../src/codec/dns.ts";
import { decodeReports } from "../../src/codec/hook-report.ts";
import { judgeAnswer } from "../../src/codec/http-answer.ts";
import { decodeEcho, encodeEcho, withoutIPv4Header } from "../../src/codec/icmp.ts";
import { decodeLink } from "../../src/codec/link.ts";
import { decodeNeighbour } from "../../src/codec/neighbour.ts";
import { decodeMessages, decodeOutcome } from "../../src/codec/netlink.ts";
import { decodeCounter, decodeTableChange } from "../../src/codec/nftables.ts";
import { decodeRoute } from "../../src/codec/route.ts";
import { decodeRule } from "../../src/codec/rule.ts";
import { decodeConfig } from "../../src/config/document/read.ts";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/mistake/issue.ts";
import { readLease } from "../../src/core/client/lease.ts";
import { readLent } from "../../src/core/client/lease6.ts";
import { parseIptablesListing } from "../../src/core/doctor/iptables-listing.ts";
import { parseNftListing } from "../../src/core/doctor/nft-listing.ts";
import { importAstlinux } from "../../src/import/astlinux.ts";
import { importMwan3 } from "../../src/import/mwan3.ts";
import type { Subject } from "./subject.ts";
import { API_BODIES, HOOK_REPORTS, RC_CONF, UCI } from "./texts.ts";

/** Every reader of bytes that come from outside, with the protocol's own refusal. */
export const subjects = (): readonly Subject[] => [
  netlink("rtnetlink links", "rtnetlink-dump", decodeLink),
  netlink("rtnetlink addresses", "rtnetlink-dump", decodeAddress),
  netlink("rtnetlink routes", "rtnetlink-dump", decodeRoute),
  netlink("rtnetlink rules", "rtnetlink-dump", decodeRule),
  netlink("rtnetlink neighbours", "rtnetlink-notification", decodeNeighbour),
  netlink("conntrack", "conntrack", decodeFlow),
  netlink("nftables counters", "nftables", decodeCounter),
  { ...bytesSubject("ICMP echo", echoes()), read: readEcho },
  { ...bytesSubject("DNS answer", captured("dns")), read: decodeAnswer },
  { ...textSubject("HTTP answer", HTTP_BODIES), read: (input) => judgeAnswer(EXPECTED, httpAnswer(input)) },
  {
    ...textSubject("nft listing", ['{"nftables":[{"table":{"family":"inet","name":"x","handle":1}}]}']),
    read: readNft,
  },
  { ...textSubject("iptables listing", ["-P FORWARD ACCEPT\n-A FORWARD -i eth0 -j DROP\n"]), read: readIptables },
  { ...textSubject("DHCP hook", HOOK_REPORTS), read: readHook },
  { ...textSubject("rc.conf", RC_CONF), read: readRcConf, slow: true },
  { ...textSubject("UCI", UCI), read: readMwan3, slow: true },
  { ...textSubject("API body", API_BODIES), read: readApiBody },
  {
    ...textSubject("config", examples()),
    read: readConfig,
    isRefusal: (error) => error instanceof ConfigError,
    slow: true,
  },
];

const isCodecError = (error: unknown): boolean => error instanceof CodecError;

const bytesSubject = (name: string, corpus: readonly Uint8Array[]) => ({ name, corpus, isRefusal: isCodecError });

const textSubject = (name: string, texts: readonly string[]) =>
  bytesSubject(
    name,
    texts.map((text) => new TextEncoder().encode(text)),
  );

/** All messages of a captured file, and what one `recv` gave; each message's body goes to `decode`. */
const netlink = (name: string, capture: string, decode: (body: Uint8Array) => unknown): Subject => ({
  ...bytesSubject(name, captured(capture)),
  read: (input) => {
    for (const message of decodeMessages(input)) {
      decodeOutcome(message);
      decodeTableChange(message);
      decode(message.body);
    }
  },
});

/** The hexadecimal texts of a fixture, wherever they stand in it. */
const captured = (name: string): readonly Uint8Array[] => {
  const found: Uint8Array[] = [];
  JSON.parse(readFileSync(`test/fixture/${name}.json`, "utf8"), (_key, value: unknown) => {
    if (typeof value === "string" && /^([0-9a-f]{2})+$/.test(value))
      found.push(Uint8Array.from(Buffer.from(value, "hex")));
    return value;
  });
  return found;
};

const ECHO = { kind: "reply", identifier: 0x1234, sequence: 7, nonceHigh: 0xa5a5a5a5, nonceLow: 0x5a5a5a5a } as const;

const echoes = (): readonly Uint8Array[] => {
  const bare = encodeEcho("ipv4", ECHO);
  const header = Buffer.from(
    `4500${(20 + bare.length).toString(16).padStart(4, "0")}00004000400100000a0000010a000002`,
    "hex",
  );
  return [bare, encodeEcho("ipv6", ECHO), Uint8Array.from(Buffer.concat([header, bare]))];
};

const readEcho = (input: Uint8Array): void => {
  decodeEcho("ipv4", input);
  decodeEcho("ipv6", input);
  decodeEcho("ipv4", withoutIPv4Header(input));
};

const HTTP_BODIES = ["", "Success", "<html><head><title>Log in</title></head></html>", "http://portal.example/login"];
const EXPECTED = { url: "http://example.net/generate_204", status: null, body: null } as const;

const httpAnswer = (input: Uint8Array) => {
  const text = Buffer.from(input).toString("latin1");
  return { status: 100 + (input.length % 500), location: text.slice(0, 200), body: text };
};

const readHook = (input: Uint8Array): void => {
  for (const { words } of decodeReports(Buffer.from(input).toString("latin1")).reports) {
    readLease(words, 0);
    readLent(words, 0);
  }
};

const asFile = (input: Uint8Array) => [{ name: "file", text: Buffer.from(input).toString("utf8") }];
const readRcConf = (input: Uint8Array): unknown => importAstlinux(asFile(input));
const readMwan3 = (input: Uint8Array): unknown => importMwan3(asFile(input));

const BODIES = ROUTES.flatMap(({ body }) => body ?? []);

/** As every route in turn would read it. */
const readApiBody = (input: Uint8Array): void => {
  const body = decodeBody(input);
  if ("refusal" in body) throw new CodecError("no JSON");
  if (BODIES.filter((schema) => schema.safeParse(body.value).success).length === 0) throw new CodecError("of no route");
};

const readNft = (input: Uint8Array): unknown => parseNftListing(Buffer.from(input).toString("utf8"));
const readIptables = (input: Uint8Array): unknown => parseIptablesListing(Buffer.from(input).toString("utf8"), "ipv4");

const examples = (): readonly string[] =>
  readdirSync("examples").map((file) => readFileSync(`examples/${file}`, "utf8"));

const readConfig = (input: Uint8Array): unknown => parseConfig(decodeConfig(input, "config.yaml"), "config.yaml");
