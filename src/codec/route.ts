import { Attributes, AttributeWriter } from "./attribute.ts";
import { CodecError } from "./codec-error.ts";
import { ByteReader, ByteWriter } from "./cursor.ts";
import { FAMILY_NUMBER, type Family, familyFromNumber } from "./family.ts";
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from "./ip.ts";
import { FLAG, type Request } from "./netlink.ts";
import { hopFlags, type NextHop, type ReportedHop, readHop, readHops, writeGateway, writeHops } from "./next-hop.ts";
import { RTM } from "./rtnetlink.ts";

/** `RTA_*` (linux/rtnetlink.h). */
const ATTRIBUTE = {
  DESTINATION: 1,
  LINK: 4,
  PRIORITY: 6,
  SOURCE: 7,
  MULTIPATH: 9,
  CACHE_INFO: 12,
  TABLE: 15,
  EXPIRES: 23,
} as const;

/** `RTN_*`. */
const TYPE_NUMBER = { unicast: 1, unreachable: 7 } as const;

/** `RT_SCOPE_*`. IPv4 wants to know how far the next hop is: a route without gateway leads no farther than the link. */
const SCOPE = { UNIVERSE: 0, LINK: 253, NOWHERE: 255 } as const;

/** Tables from here on don't fit the header and stand in an attribute. */
const FIRST_WIDE_TABLE = 256;

/** Where `struct rtmsg` has the destination's prefix length and the protocol. */
const OFFSET = { DESTINATION_LENGTH: 1, PROTOCOL: 5 } as const;

/** `struct rta_cacheinfo` counts in USER_HZ, which is 100 on every architecture that we run on. */
const MS_PER_TICK = 10;

/** What a route is, whoever says it. */
export interface RouteMessage {
  readonly family: Family;
  /** 1..4294967295; 254 is main. */
  readonly table: number;
  /** `default`, or a prefix such as `192.168.5.0/24`. */
  readonly destination: string;
  /** `RTA_PRIORITY`, lower wins. */
  readonly metric: number;
  /** `rtm_protocol`, 0..255. */
  readonly protocol: number;
  readonly type: "unicast" | "unreachable";
  /** Empty for `unreachable`; several for multipath. */
  readonly hops: readonly NextHop[];
  /** `RTA_PREFSRC`. */
  readonly source: string | null;
  /** Milliseconds until it expires, null when it doesn't. Sent in whole seconds, rounded up; IPv6 only. */
  readonly expiresInMs: number | null;
}

/** A route as the kernel reports it. */
export interface ReportedRoute extends Omit<RouteMessage, "type" | "hops"> {
  /** Of the other types (local, broadcast, blackhole …) we only need to know that they are others. */
  readonly type: "unicast" | "unreachable" | "other";
  readonly hops: readonly ReportedHop[];
  /** It holds only for packets from some sources or with some TOS. */
  readonly selective: boolean;
}

/** What a dump may be narrowed to, by the kernel. */
export interface RouteFilter {
  readonly family: Family;
  readonly table?: number;
  readonly protocol?: number;
}

interface Header {
  readonly family: Family;
  readonly destinationLength: number;
  readonly table: number;
  readonly protocol: number;
  readonly scope: number;
  readonly type: number;
  readonly flags: number;
}

/** `struct rtmsg`. */
const writeHeader = (header: Header): ByteWriter =>
  new ByteWriter()
    .u8(FAMILY_NUMBER[header.family])
    .u8(header.destinationLength)
    .zeros(2)
    .u8(header.table < FIRST_WIDE_TABLE ? header.table : 0)
    .u8(header.protocol)
    .u8(header.scope)
    .u8(header.type)
    .u32(header.flags);

const scopeOf = (route: RouteMessage): number => {
  const direct = route.hops.length > 0 && route.hops.every((hop) => hop.gateway === null);
  return direct && route.family === "ipv4" ? SCOPE.LINK : SCOPE.UNIVERSE;
};

const writeWay = (attributes: AttributeWriter, { family, hops }: RouteMessage): void => {
  const first = hops[0];
  if (hops.length > 1) attributes.raw(ATTRIBUTE.MULTIPATH, (out) => writeHops(out, family, hops));
  else if (first !== undefined) {
    attributes.u32(ATTRIBUTE.LINK, first.link);
    writeGateway(attributes, { family, gateway: first.gateway });
  }
};

/** Of a single hop, the flags stand in the header. */
const onlyHopFlags = (hops: readonly NextHop[]): number => {
  const first = hops[0];
  return first === undefined || hops.length > 1 ? 0 : hopFlags(first);
};

const encodeWithScope = (route: RouteMessage, scope: number): Uint8Array => {
  const destination = route.destination === "default" ? null : parsePrefix(route.destination);
  const header = writeHeader({
    family: route.family,
    destinationLength: destination === null ? 0 : destination.length,
    table: route.table,
    protocol: route.protocol,
    scope,
    type: TYPE_NUMBER[route.type],
    flags: onlyHopFlags(route.hops),
  });
  const attributes = new AttributeWriter(header).u32(ATTRIBUTE.TABLE, route.table);
  if (destination !== null) attributes.bytes(ATTRIBUTE.DESTINATION, destination.address);
  attributes.u32(ATTRIBUTE.PRIORITY, route.metric);
  if (route.source !== null) attributes.bytes(ATTRIBUTE.SOURCE, parseAddress(route.source));
  writeWay(attributes, route);
  if (route.expiresInMs !== null) attributes.u32(ATTRIBUTE.EXPIRES, Math.ceil(route.expiresInMs / 1000));
  return attributes.finish();
};

/** The body of an `RTM_NEWROUTE`. Throws `CodecError` where an address or the destination isn't one. */
export const encodeRoute = (route: RouteMessage): Uint8Array => encodeWithScope(route, scopeOf(route));

const typeFromNumber = (number: number): ReportedRoute["type"] => {
  if (number === TYPE_NUMBER.unicast) return "unicast";
  return number === TYPE_NUMBER.unreachable ? "unreachable" : "other";
};

/** In a report, `RTA_CACHEINFO`, whose third number are the ticks left (0: it stays); in a request, `RTA_EXPIRES`. */
const readExpiry = (attributes: Attributes): number | null => {
  const seconds = attributes.u32(ATTRIBUTE.EXPIRES);
  if (seconds !== undefined) return seconds * 1000;
  const cacheInfo = attributes.bytes(ATTRIBUTE.CACHE_INFO);
  const ticks = cacheInfo === undefined ? 0 : new ByteReader(cacheInfo).skip(8).i32();
  return ticks === 0 ? null : Math.max(0, ticks) * MS_PER_TICK;
};

/** An unreachable route has no way; of an IPv6 one the kernel says that it leads to `lo`. */
const readWay = (attributes: Attributes, route: { type: number; flags: number }): ReportedHop[] => {
  if (route.type !== TYPE_NUMBER.unicast) return [];
  const multipath = attributes.bytes(ATTRIBUTE.MULTIPATH);
  if (multipath !== undefined) return readHops(multipath);
  const link = attributes.u32(ATTRIBUTE.LINK);
  return link === undefined ? [] : [readHop({ flags: route.flags, weight: 1, link, attributes })];
};

const readDestination = (attributes: Attributes, length: number): string => {
  if (length === 0) return "default";
  const address = attributes.bytes(ATTRIBUTE.DESTINATION);
  if (address === undefined) throw new CodecError(`A route to a /${length} lacks its destination.`);
  return formatPrefix({ address, length });
};

/** The route in the body of an `RTM_NEWROUTE` or `RTM_DELROUTE`, null where it isn't an IP one. Throws `CodecError`. */
export const decodeRoute = (body: Uint8Array): ReportedRoute | null => {
  const reader = new ByteReader(body);
  const family = familyFromNumber(reader.u8());
  const [destinationLength, sourceLength, tos] = [reader.u8(), reader.u8(), reader.u8()];
  const [table, protocol, , type] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const flags = reader.u32();
  if (family === null) return null;
  const attributes = new Attributes(reader.rest());
  const source = attributes.bytes(ATTRIBUTE.SOURCE);
  return {
    family,
    table: attributes.u32(ATTRIBUTE.TABLE) ?? table,
    destination: readDestination(attributes, destinationLength),
    metric: attributes.u32(ATTRIBUTE.PRIORITY) ?? 0,
    protocol,
    type: typeFromNumber(type),
    hops: readWay(attributes, { type, flags }),
    source: source ? formatAddress(source) : null,
    expiresInMs: readExpiry(attributes),
    selective: sourceLength > 0 || tos > 0,
  };
};

/** Whether the body is about a default route, without decoding it. Never throws. */
export const isDefaultRoute = (body: Uint8Array): boolean => body[OFFSET.DESTINATION_LENGTH] === 0;

/** The `rtm_protocol` of a body, without decoding it; undefined where it is too short. Never throws. */
export const routeProtocol = (body: Uint8Array): number | undefined => body[OFFSET.PROTOCOL];

/** Puts a route in the place of the one with the same destination, metric and table, or adds it. Throws as `encodeRoute`. */
export const putRoute = (route: RouteMessage): Request => ({
  operation: `put the route to ${route.destination}`,
  type: RTM.NEW_ROUTE,
  flags: FLAG.CREATE | FLAG.REPLACE,
  body: encodeRoute(route),
});

/**
 * Deletes a route; ESRCH where there is none alike. IPv4 takes a metric of 0 for any metric, and a single hop may match
 * the first of several: look before. Throws as `encodeRoute`.
 */
export const deleteRoute = (route: RouteMessage): Request => ({
  operation: `delete the route to ${route.destination}`,
  type: RTM.DELETE_ROUTE,
  flags: 0,
  body: encodeWithScope({ ...route, expiresInMs: null }, SCOPE.NOWHERE),
});

/** Asks for the routes of a family, or of one table or protocol of it; ENOENT where there is no such table. Never throws. */
export const listRoutes = ({ family, table = 0, protocol = 0 }: RouteFilter): Request => {
  const header = writeHeader({ family, destinationLength: 0, table, protocol, scope: 0, type: 0, flags: 0 });
  const attributes = new AttributeWriter(header);
  if (table !== 0) attributes.u32(ATTRIBUTE.TABLE, table);
  return { operation: "list the routes", type: RTM.GET_ROUTE, flags: FLAG.DUMP, body: attributes.finish() };
};
