import { assess } from "../detector/detect.ts";
import { FAMILIES, type Family } from "../family.ts";
import { linksToSwitchOn, wantedAddresses } from "../path/addressing.ts";
import type { Device } from "../path/device.ts";
import { ADOPTED_METRIC, isForeignDefault, type UsablePath } from "../path/path.ts";
import { isStandby } from "../policy/lead.ts";
import { type Carriers, type Resolver, resolversInUse } from "../resolvers.ts";
import type { Sharing } from "../settings.ts";
import type { Monitor, UplinkState } from "../state.ts";
import { destinationRoutes } from "./destination.ts";
import { type FirewallUplink, firewallRuleset } from "./firewall.ts";
import {
  type Address,
  type Hop,
  type KernelState,
  type Link,
  MAIN_TABLE,
  PROTOCOL,
  type Route,
  type Rule,
} from "./kernel.ts";
import {
  boundPriority,
  markOf,
  NUMBER_MASK,
  priorityOf,
  REFUSAL_PRIORITY,
  REFUSAL_TABLE,
  RESOLVER_PRIORITY,
  tableOf,
} from "./mark.ts";
import { type ShaperPlace, shaperPlaces } from "./shaping.ts";
import { type RuleSketch, type Steering, steeringRules } from "./steering.ts";
import { wantedSysctls } from "./sysctl.ts";

/** The whole of the kernel's state as we want it. What is ours and not in here goes away. */
export interface Wanted {
  /** Interfaces that are switched off and should not be. */
  readonly switchedOff: readonly Link[];
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly rules: readonly Rule[];
  /** Foreign defaults that would outrank ours: to be deleted once their copies with a higher metric (in `routes`) exist. */
  readonly displaced: readonly Route[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** Where shapers of ours may stay. */
  readonly shapers: readonly ShaperPlace[];
  /** The text of our nft table; null: it should not exist. */
  readonly firewall: string | null;
}

/** One family's routing as the policy wants it. */
export interface FamilyRouting {
  readonly carrying: readonly string[];
  readonly standbys: readonly string[];
  /** The family has no uplink while the other one has: refuse at once rather than let clients time out. */
  readonly refuse: boolean;
  /** Traffic with uplinks of its own. */
  readonly steerings: readonly Steering[];
}

/** What the wanted state follows from. */
export interface WantedInput {
  readonly uplinks: readonly UplinkState[];
  readonly share: Sharing;
  readonly routing: Readonly<Record<Family, FamilyRouting>>;
  readonly kernel: KernelState;
}

/** Says what the kernel's state should be. Pure; never throws. */
export const wanted = (input: WantedInput): Wanted => {
  const families = FAMILIES.filter((family) => hasFamily(input.kernel, family));
  const displaced = families.flatMap((family) => displacedDefaults(input, family));
  const refused = families.filter((family) => input.routing[family].refuse);
  const steering = families.flatMap((family) => steeringSketches(input, family));
  const refusing = families.filter(
    (family) =>
      refused.includes(family) || steering.some((one) => one.family === family && one.table === REFUSAL_TABLE),
  );
  return {
    switchedOff: linksToSwitchOn(input.uplinks, input.kernel),
    addresses: wantedAddresses(input.uplinks, input.kernel),
    routes: [
      ...displaced.map(adopted),
      ...families.flatMap((family) => mainDefaults(input, family)),
      ...families.flatMap((family) => destinationRoutes(input.uplinks, input.kernel, family)),
      ...families.flatMap((family) => uplinkTables(input, family)),
      ...refusing.map((family) => defaultRoute(family, { table: REFUSAL_TABLE, metric: 1, ...NOWHERE })),
    ],
    rules: [
      ...families.flatMap((family) => input.uplinks.flatMap((uplink) => uplinkRules(uplink, family))),
      ...resolversInUse(input.uplinks, carriersIn(input)).flatMap(resolverRules),
      ...steering.flatMap(rulePair),
      ...refused.flatMap(refusalRules),
    ],
    displaced,
    shapers: shaperPlaces(input.uplinks, input.kernel),
    sysctls: wantedSysctls(input, input.kernel),
    firewall: firewallRuleset(input.uplinks.flatMap((uplink) => firewallUplink(uplink, input.uplinks))),
  };
};

/** The copy of a foreign default that leaves the low metrics to ours. Never throws. */
export const adopted = (route: Route): Route => ({ ...route, metric: route.metric + ADOPTED_METRIC });

/** A kernel without IPv6 lacks its sysctls. */
const hasFamily = (kernel: KernelState, family: Family): boolean =>
  family === "ipv4" || kernel.sysctls["net/ipv6/conf/all/disable_ipv6"] !== undefined;

interface Usable {
  readonly uplink: UplinkState;
  readonly monitor: Monitor;
  readonly path: UsablePath;
}

const usable = (uplinks: readonly UplinkState[], family: Family): readonly Usable[] =>
  uplinks.flatMap((uplink) => {
    const monitor = uplink.families[family];
    return monitor?.path.usable ? [{ uplink, monitor, path: monitor.path }] : [];
  });

const hop = ({ uplink, path }: Usable): Hop => ({
  gateway: path.gateway,
  link: path.link,
  weight: uplink.settings.weight,
  onlink: path.onlink,
});

/** Where packets go, and from which address this machine's own do. */
type Way = Pick<Route, "hops" | "source">;

const NOWHERE: Way = { hops: [], source: null };

const defaultRoute = (family: Family, place: Pick<Route, "table" | "metric"> & Way): Route => ({
  family,
  destination: "default",
  protocol: PROTOCOL,
  type: place.hops.length === 0 ? "unreachable" : "unicast",
  expiresInMs: null,
  ...place,
  hops: place.hops.length === 1 ? place.hops.map((only) => ({ ...only, weight: 1 })) : place.hops,
});

/** Metric 1: who carries new flows; metric 2, 3 …: who takes over in the kernel, the instant that a carrier is lost. */
const mainDefaults = (input: WantedInput, family: Family): readonly Route[] => {
  const { carrying, standbys } = input.routing[family];
  const ranks = [carrying, ...standbys.map((name) => [name])].map((names) => wayOver(input, family, names));
  return ranks
    .filter(({ hops }) => hops.length > 0)
    .map((way, place) => defaultRoute(family, { table: MAIN_TABLE, metric: place + 1, ...way }));
};

/** The route that decides where new flows of a family go, null where none of the carriers has a path. Never throws. */
export const carryingRoute = (places: Places, family: Family, carrying: readonly string[]): Route | null => {
  const way = wayOver(places, family, carrying);
  return way.hops.length === 0 ? null : defaultRoute(family, { table: MAIN_TABLE, metric: 1, ...way });
};

/** The uplinks, and the kernel that has their links. */
type Places = Pick<WantedInput, "uplinks" | "kernel">;

const wayOver = ({ uplinks, kernel }: Places, family: Family, names: readonly string[]): Way => {
  const able = usable(uplinks, family);
  const used = names.flatMap((name) => able.filter(({ uplink }) => uplink.settings.name === name));
  const hops = used.map(hop);
  if (used.length < 2) return { hops, source: used[0]?.path.source ?? null };
  return { hops: family === "ipv6" ? sharing(hops, kernel.links) : hops, source: null };
};

/** At the other end of a point-to-point link any address will do: nobody is asked whose it is. */
const ANYBODY = "fe80::87";

/**
 * IPv6 shares a route only among hops with a gateway (ip6_route_multipath_add). One that needs a neighbour and has none
 * to name is left out.
 */
const sharing = (hops: readonly Hop[], links: readonly Link[]): readonly Hop[] => {
  const leadsToOne = ({ link }: Hop): boolean =>
    links.some(({ index, pointToPoint }) => index === link && pointToPoint);
  const able = hops.filter((one) => one.gateway !== null || leadsToOne(one));
  if (able.length < 2) return able.length === 0 ? hops.slice(0, 1) : able;
  return able.map((one) => (one.gateway === null ? { ...one, gateway: ANYBODY } : one));
};

const uplinkTables = ({ uplinks }: WantedInput, family: Family): readonly Route[] =>
  usable(uplinks, family).map((one) =>
    defaultRoute(family, {
      table: tableOf(one.uplink.number),
      metric: 1,
      hops: [hop(one)],
      source: one.path.source,
    }),
  );

/**
 * Per uplink and family: our mark, the uplink's own addresses, and what is bound to its interface take the uplink's table,
 * but first table main without its default, so that LAN and VPN routes still win. The address of an uplink that is down
 * gets no rule: what is bound to it had better take the default than a dead line. What is bound to the interface can't
 * leave elsewhere. An interface that others use too says of neither whose it is.
 */
const uplinkRules = (uplink: UplinkState, family: Family): readonly Rule[] => {
  const monitor = uplink.families[family];
  if (monitor === null) return [];
  const first = priorityOf(uplink.number);
  const mark = { mark: markOf(uplink.number), mask: NUMBER_MASK };
  const device = uplink.device?.shared === true ? null : uplink.device;
  const sources = device !== null && monitor.path.usable && !isDown(monitor) ? monitor.path.addresses : [];
  const table = tableOf(uplink.number);
  return [
    ...rulePair({ family, priority: first, select: mark, table }),
    ...sources.flatMap((from) => rulePair({ family, priority: first + 2, select: { from }, table })),
    ...(device === null
      ? []
      : rulePair({ family, priority: boundPriority(uplink.number), select: { output: device.name }, table })),
  ];
};

/**
 * What is pinned to no uplink finds nothing but LAN and VPN routes, and then an unreachable default. That can't be in
 * table main: the kernel ends a look-up at an unreachable route even where the rule suppresses defaults
 * (fib_rules_lookup), and no probe would ever get past it to its uplink's table.
 */
const refusalRules = (family: Family): readonly Rule[] =>
  rulePair({ family, priority: REFUSAL_PRIORITY, select: { mark: 0, mask: NUMBER_MASK }, table: REFUSAL_TABLE });

const carriersIn = ({ routing }: WantedInput): Carriers => ({
  ipv4: routing.ipv4.carrying,
  ipv6: routing.ipv6.carrying,
});

/** Only what this machine asks by itself: nobody else's way to the same address is touched. */
const resolverRules = ({ family, address, number }: Resolver): readonly Rule[] =>
  rulePair({ family, priority: RESOLVER_PRIORITY, select: { resolver: address }, table: tableOf(number) });

const steeringSketches = ({ uplinks, routing }: WantedInput, family: Family): readonly RuleSketch[] =>
  steeringRules(routing[family].steerings, {
    family,
    numbers: new Map(uplinks.map(({ settings, number }) => [settings.name, number])),
  });

const isDown = (monitor: Monitor): boolean => assess(monitor.detector).verdict === "down";

const rulePair = (rule: RuleSketch): readonly Rule[] => [
  { ...rule, protocol: PROTOCOL, table: MAIN_TABLE, suppressPrefixLength: 0 },
  { ...rule, protocol: PROTOCOL, priority: rule.priority + 1, suppressPrefixLength: null },
];

/**
 * Foreign defaults in the way of ours: those through our uplinks that would outrank ours, and all whose metric ours may
 * take, since the kernel keeps one route per metric. One that expires renews itself and is left alone.
 */
const displacedDefaults = ({ uplinks, kernel }: WantedInput, family: Family): readonly Route[] => {
  const links = new Set(usable(uplinks, family).map(({ path }) => path.link));
  return kernel.routes.filter(
    (route) =>
      route.family === family &&
      isForeignDefault(route) &&
      route.expiresInMs === null &&
      route.metric <= uplinks.length &&
      (route.metric > 0 || route.hops.every(({ link }) => links.has(link))),
  );
};

const firewallUplink = (uplink: UplinkState, all: readonly UplinkState[]): readonly FirewallUplink[] =>
  uplink.device === null
    ? []
    : [{ ...onDevice(uplink, uplink.device), essential: isStandby(uplink, all) ? uplink.settings.essential : null }];

const onDevice = (uplink: UplinkState, { name, shared }: Device): Omit<FirewallUplink, "essential"> => ({
  number: uplink.number,
  interface: name,
  beside: shared ? gatewaysOf(uplink) : null,
  masquerade: FAMILIES.filter((family) => uplink.settings.families[family].masquerade),
  foreign: uplink.settings.foreign,
  prefixes: uplink.prefixes,
  aside: FAMILIES.flatMap((family) => uplink.settings.families[family].routes),
});

const gatewaysOf = ({ settings: { families } }: UplinkState): Readonly<Record<Family, string | null>> => ({
  ipv4: families.ipv4.gateway,
  ipv6: families.ipv6.gateway,
});
