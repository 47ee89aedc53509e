import { type AddressMessage, decodeAddress, listAddresses } from "../../codec/address.ts";
import { decodeLink, type LinkMessage, listLinks } from "../../codec/link.ts";
import type { ReportedHop } from "../../codec/next-hop.ts";
import { decodeQdisc, listQdiscs } from "../../codec/qdisc.ts";
import { decodeRoute, isDefaultRoute, listRoutes, type ReportedRoute, type RouteFilter } from "../../codec/route.ts";
import { decodeRule, LOOPBACK, listRules, type RuleMessage } from "../../codec/rule.ts";
import { FAMILIES, type Family } from "../../core/family.ts";
import {
  type Address,
  type Hop,
  type KernelState,
  type Link,
  MAIN_TABLE,
  PROTOCOL,
  type Qdisc,
  type Route,
  type Rule,
  type RuleSelector,
} from "../../core/kernel/kernel.ts";
import { PORT } from "../../core/target/target.ts";
import { type Netlink, NetlinkError } from "./netlink.ts";

/** What `readKernel` reads from. */
export interface KernelSources {
  /** Of protocol NETLINK_ROUTE. */
  readonly netlink: Netlink;
  /** Names below /proc/sys. */
  readonly sysctlNames: readonly string[];
  /** The values of those that exist. */
  readonly readSysctls: (names: readonly string[]) => Record<string, string>;
  /** Our nft table as nft lists it, null where it doesn't exist. */
  readonly readFirewall: () => string | null;
}

/** asm-generic/errno.h: the table isn't there (ENOENT), or the kernel was built or booted without IPv6. */
const ABSENT: readonly number[] = [2, 95, 97];

/** A table that isn't through after so many parts of a dump (some 300 routes each) counts as big: BGP, most likely. */
const PARTS_OF_A_BIG_TABLE = 16;

/** Who makes default routes that lead to an uplink (`RTPROT_*`): kernel, boot, static, router advertisements, DHCP. */
const MAKERS_OF_DEFAULTS: readonly number[] = [2, 3, 4, 9, 16];

const toLink = ({ index, name, adminUp, carrier, pointToPoint }: LinkMessage): Link => ({
  index,
  name,
  adminUp,
  carrier,
  pointToPoint,
});

const readLinks = (netlink: Netlink): Link[] =>
  netlink.dump({ request: listLinks(), pick: ({ body }) => toLink(decodeLink(body)) });

const isUsable = ({ tentative, duplicate, deprecated }: AddressMessage): boolean =>
  !(tentative || duplicate || deprecated);

const toAddress = ({ family, link, address, peer, prefixLength, global, protocol }: AddressMessage): Address => ({
  family,
  link,
  address,
  peer,
  prefixLength,
  global,
  protocol,
});

/** The address in the body of a message, null where it can't be used as a source. Throws CodecError. */
export const pickAddress = (body: Uint8Array): Address | null => {
  const address = decodeAddress(body);
  return address !== null && isUsable(address) ? toAddress(address) : null;
};

const readAddresses = (netlink: Netlink): Address[] =>
  netlink.dump({ request: listAddresses(), pick: ({ body }) => pickAddress(body) });

const toHop = ({ gateway, link, weight, onlink }: ReportedHop): Hop => ({ gateway, link, weight, onlink });

/** null for what the core has no use for: types such as blackhole, and routes for some sources only. */
const toRoute = (route: ReportedRoute): Route | null => {
  const { family, table, destination, metric, protocol, type, selective, source, expiresInMs } = route;
  if (selective || type === "other") return null;
  return { family, table, destination, metric, protocol, type, hops: route.hops.map(toHop), source, expiresInMs };
};

/** Without IPv6, some kernels answer a question for its routes with those of IPv4. */
const pickRoute = (body: Uint8Array, family: Family): Route | null => {
  const route = decodeRoute(body);
  return route?.family === family ? toRoute(route) : null;
};

/**
 * The routes of a table or protocol that the kernel has, none where the table or the family is absent. Throws
 * NetlinkError, SystemError or CodecError.
 */
export const readRoutes = (
  netlink: Netlink,
  filter: RouteFilter,
  narrow: { only?: (body: Uint8Array) => boolean; enough?: () => boolean } = {},
): Route[] => {
  const { only = () => true, enough = () => false } = narrow;
  try {
    return netlink.dump({
      request: listRoutes(filter),
      pick: ({ body }) => (only(body) ? pickRoute(body, filter.family) : null),
      enough,
    });
  } catch (error) {
    if (error instanceof NetlinkError && ABSENT.includes(error.errno)) return [];
    throw error;
  }
};

/**
 * The default routes of table main. The kernel can't be asked for these alone. It lists IPv4 by rising address, so that
 * the first part of a big table has them all; IPv6 ends with them, and a big table is asked for by their makers instead.
 */
const readDefaults = (netlink: Netlink, family: Family): Route[] => {
  const main = { family, table: MAIN_TABLE };
  let parts = 0;
  const enough = (): boolean => {
    parts += 1;
    return parts === PARTS_OF_A_BIG_TABLE;
  };
  const found = readRoutes(netlink, main, { only: isDefaultRoute, enough });
  if (parts < PARTS_OF_A_BIG_TABLE || family === "ipv4") return found;
  return MAKERS_OF_DEFAULTS.flatMap((protocol) => readRoutes(netlink, { ...main, protocol }, { only: isDefaultRoute }));
};

const isOurs = ({ protocol }: { protocol: number }): boolean => protocol === PROTOCOL;

const readFamilyRoutes = (netlink: Netlink, family: Family): Route[] => [
  ...readDefaults(netlink, family).filter((route) => !isOurs(route)),
  ...readRoutes(netlink, { family, protocol: PROTOCOL }),
];

const toSelector = ({ mark, mask, ...rule }: RuleMessage): RuleSelector => {
  const { from, to, input, output, transport, sourcePorts, ports } = rule;
  if (mask === 0 && to !== null && input === LOOPBACK && ports?.first === PORT.dns) return { resolver: to };
  if (mask === 0 && output !== null) return { output };
  if (mask === 0 && from !== null) return { from };
  const isForAll = [from, to, input, transport, sourcePorts, ports].every((part) => part === null);
  return isForAll ? { mark, mask } : { mark, mask, traffic: { from, to, input, transport, sourcePorts, ports } };
};

const toRule = (rule: RuleMessage): Rule => {
  const { family, priority, protocol, table, suppressPrefixLength } = rule;
  return { family, priority, protocol, select: toSelector(rule), table, suppressPrefixLength };
};

const pickRule = (body: Uint8Array): Rule | null => {
  const rule = decodeRule(body);
  return rule !== null && isOurs(rule) ? toRule(rule) : null;
};

const readRules = (netlink: Netlink): Rule[] =>
  netlink.dump({ request: listRules(), pick: ({ body }) => pickRule(body) });

/** Those with a handle: what the kernel put there by itself has none. */
const readQdiscs = (netlink: Netlink): Qdisc[] =>
  netlink.dump({ request: listQdiscs(), pick: ({ body }) => decodeQdisc(body) }).filter(({ handle }) => handle !== 0);

/**
 * Reads all that the core wants to know of the kernel, in well under a millisecond unless the routing tables are big.
 * Throws NetlinkError, SystemError or CodecError, and what the injected functions throw.
 */
export const readKernel = ({ netlink, sysctlNames, readSysctls, readFirewall }: KernelSources): KernelState => ({
  links: readLinks(netlink),
  addresses: readAddresses(netlink),
  routes: FAMILIES.flatMap((family) => readFamilyRoutes(netlink, family)),
  rules: readRules(netlink),
  qdiscs: readQdiscs(netlink),
  sysctls: readSysctls(sysctlNames),
  firewall: readFirewall(),
});
