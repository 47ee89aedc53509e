import { listAddresses } from "../../codec/address.ts";
import { Attributes } from "../../codec/attribute.ts";
import { parsePrefix, prefixContains, tryParseAddress } from "../../codec/ip.ts";
import { decodeLink, listLinks } from "../../codec/link.ts";
import { decodeRoute, type ReportedRoute } from "../../codec/route.ts";
import { decodeRule, listRules } from "../../codec/rule.ts";
import type { MachineFacts, MachineLink, MachineRule } from "../../core/doctor/facts.ts";
import { FAMILIES } from "../../core/family.ts";
import { MAIN_TABLE, type Route } from "../../core/kernel/kernel.ts";
import { isOurTable } from "../../core/kernel/mark.ts";
import type { Netlink } from "../kernel/netlink.ts";
import { pickAddress, readRoutes } from "../kernel/reader.ts";

/** What the kernel says of its network. */
export type NetworkFacts = Pick<MachineFacts, "links" | "addresses" | "routes" | "rules">;

/** Each reading by itself: what one of them throws must not cost the others. */
export type Attempt = <Value>(what: string, read: () => Value, otherwise: Value) => Value;

/** `IFLA_MASTER`, `IFLA_LINKINFO` and in it `IFLA_INFO_KIND` (linux/if_link.h). */
const MASTER = 10;
const LINK_INFO = 18;
const INFO_KIND = 1;

/** `struct ifinfomsg`. */
const LINK_HEADER_LENGTH = 16;

const toLink = (body: Uint8Array): MachineLink => {
  const { index, name, adminUp, carrier, pointToPoint } = decodeLink(body);
  const attributes = new Attributes(body.subarray(LINK_HEADER_LENGTH));
  return {
    index,
    name,
    adminUp,
    carrier,
    pointToPoint,
    master: attributes.u32(MASTER) ?? null,
    kind: attributes.nested(LINK_INFO)?.text(INFO_KIND) ?? null,
  };
};

/** Routes as wide as this stand for a default. */
const WIDE_PREFIX_LENGTH_MAX = 3;

const holdsOneOf = (route: ReportedRoute, targets: readonly Uint8Array[]): boolean => {
  const prefix = parsePrefix(route.destination);
  return targets.some((target) => prefixContains(prefix, target));
};

/** Of a table of a million routes, few are kept. */
const isOfInterest = (body: Uint8Array, targets: readonly Uint8Array[]): boolean => {
  const route = decodeRoute(body);
  if (route === null) return false;
  if (route.destination === "default" || isOurTable(route.table)) return true;
  return route.table === MAIN_TABLE && (isWide(route) || holdsOneOf(route, targets));
};

const isWide = (route: ReportedRoute): boolean => parsePrefix(route.destination).length <= WIDE_PREFIX_LENGTH_MAX;

/** `struct fib_rule_hdr`: the destination's and the source's prefix length, the TOS, and the flags. */
const RULE_HEADER = { destination: 1, source: 2, tos: 3, flags: 8, length: 12 };

/** `FIB_RULE_INVERT`. */
const INVERT = 0x2;

/** `FRA_*` that narrow a rule: in and out interface, tunnel, L3 domain, user, protocol, ports, DSCP, flow label (linux/fib_rules.h). */
const NARROWING = [3, 12, 17, 19, 20, 22, 23, 24, 25, 26];

const toRule = (body: Uint8Array): MachineRule | null => {
  const rule = decodeRule(body);
  if (rule === null) return null;
  const { family, priority, protocol, mark, mask, table, suppressPrefixLength } = rule;
  return { family, priority, protocol, mark, mask, table, suppressPrefixLength, general: isGeneral(body, mark) };
};

/** `not fwmark 51820` takes every packet without that mark; other inverted rules ask for more than can be said here. */
const isGeneral = (body: Uint8Array, mark: number): boolean => {
  const attributes = new Attributes(body.subarray(RULE_HEADER.length));
  const plain = [RULE_HEADER.destination, RULE_HEADER.source, RULE_HEADER.tos].every((place) => body[place] === 0);
  const narrowed = NARROWING.some((type) => attributes.has(type));
  const inverted = ((body[RULE_HEADER.flags] ?? 0) & INVERT) !== 0;
  return plain && !narrowed && (mark !== 0) === inverted;
};

/** Reads links, addresses, rules, and the routes that matter. Never throws, as long as `attempt` doesn't. */
export const readNetwork = (netlink: Netlink, targets: readonly string[], attempt: Attempt): NetworkFacts => {
  const bytes = targets.map(tryParseAddress).filter((target) => target !== null);
  const routes = (): Route[] =>
    FAMILIES.flatMap((family) => readRoutes(netlink, { family }, { only: (body) => isOfInterest(body, bytes) }));
  return {
    links: attempt(
      "The interfaces",
      () => netlink.dump({ request: listLinks(), pick: ({ body }) => toLink(body) }),
      [],
    ),
    addresses: attempt(
      "The addresses",
      () => netlink.dump({ request: listAddresses(), pick: ({ body }) => pickAddress(body) }),
      [],
    ),
    routes: attempt("The routes", routes, []),
    rules: attempt(
      "The policy rules",
      () => netlink.dump({ request: listRules(), pick: ({ body }) => toRule(body) }),
      [],
    ),
  };
};
