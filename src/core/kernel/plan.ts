import { isAlike, sameAddress } from "../path/addressing.ts";
import {
  type Address,
  ALL_TRAFFIC,
  type Edit,
  type Hop,
  type KernelState,
  type Link,
  type PortRange,
  PROTOCOL,
  type Route,
  type Rule,
  type RuleSelector,
  type Traffic,
} from "./kernel.ts";
import { isOurHandle } from "./shaping.ts";
import { adopted, type Wanted } from "./wanted.ts";

/** What nft showed after our last load, to tell whether somebody changed the table since. */
export interface LoadedFirewall {
  readonly ruleset: string;
  /** null: not known yet. */
  readonly listing: string | null;
}

/**
 * The smallest ordered change that makes the kernel's state the wanted one: what is put before what is deleted, table
 * main first, since that is what moves traffic; but no route stays without its interface and address. Empty where nothing
 * differs. Pure; never throws.
 */
export const plan = (wanted: Wanted, actual: KernelState, loaded: LoadedFirewall | null): readonly Edit[] => [
  ...wanted.switchedOff.map(({ index }): Edit => ({ kind: "switch-on", link: index })),
  ...addressesToPut(wanted, actual),
  ...routesToPut(wanted, actual).map((route): Edit => ({ kind: "put-route", route })),
  ...missing(wanted.rules, actual.rules).map(putRule),
  ...sysctlsToSet(wanted, actual),
  ...firewallEdits(wanted, actual, loaded),
  ...strayShapers(wanted, actual),
  ...missing(actual.rules, wanted.rules).map(deleteRule),
  ...routesToDelete(wanted, actual).map(deleteRoute),
  ...addressesToDelete(wanted, actual)
    .filter((address) => !isReplaced(address, wanted))
    .map(deleteAddress),
];

const deleteAddress = (address: Address): Edit => ({ kind: "delete-address", address });

/** Of IPv6, an interface has an address but once: where only the network around it changes, the old one goes first. */
const addressesToPut = (wanted: Wanted, actual: KernelState): readonly Edit[] =>
  wanted.addresses
    .filter((address) => !actual.addresses.some((present) => sameAddress(present, address)))
    .flatMap((address) => [
      ...addressesToDelete(wanted, actual)
        .filter((old) => isAlike(old, address))
        .map(deleteAddress),
      { kind: "put-address", address },
    ]);

const isReplaced = (address: Address, { addresses }: Wanted): boolean =>
  addresses.some((wanted) => isAlike(wanted, address));

/** Ours that are not wanted. */
const addressesToDelete = ({ addresses }: Wanted, actual: KernelState): readonly Address[] =>
  actual.addresses.filter(
    (present) => present.protocol === PROTOCOL && !addresses.some((wanted) => sameAddress(wanted, present)),
  );

/** Those that are not among the others. There may be thousands, of which few share a place. */
const missing = (rules: readonly Rule[], others: readonly Rule[]): readonly Rule[] => {
  const places = new Map<number, Rule[]>();
  for (const other of others) {
    const place = places.get(other.priority);
    if (place === undefined) places.set(other.priority, [other]);
    else place.push(other);
  }
  return rules.filter((rule) => !places.get(rule.priority)?.some((other) => sameRule(other, rule)));
};

const putRule = (rule: Rule): Edit => ({ kind: "put-rule", rule });
const deleteRule = (rule: Rule): Edit => ({ kind: "delete-rule", rule });
const deleteRoute = (route: Route): Edit => ({ kind: "delete-route", route });

const routesToPut = (wanted: Wanted, actual: KernelState): readonly Route[] =>
  wanted.routes.filter(
    (route) => !actual.routes.some((present) => sameRoute(present, route)) && !isTaken(route, wanted, actual),
  );

/** The kernel would let ours replace a foreign route with the same metric: not before that has its copy. */
const isTaken = (route: Route, { displaced }: Wanted, actual: KernelState): boolean =>
  displaced.some((foreign) => hasSameMetric(foreign, route) && !hasCopy(foreign, actual));

/** Whether the kernel would put the one in the place of the other, whoever made them. Never throws. */
export const hasSameMetric = (a: Route, b: Route): boolean =>
  a.family === b.family && a.table === b.table && a.destination === b.destination && a.metric === b.metric;

const hasCopy = (foreign: Route, actual: KernelState): boolean =>
  actual.routes.some((present) => sameRoute(present, adopted(foreign)));

/** Ours that is not wanted (unless a replacement takes its slot), and foreign routes whose copies are in place. */
const routesToDelete = (wanted: Wanted, actual: KernelState): readonly Route[] => [
  ...actual.routes.filter(
    (route) =>
      route.protocol === PROTOCOL &&
      !wanted.routes.some((other) => sameRoute(other, route)) &&
      !routesToPut(wanted, actual).some((other) => sameSlot(other, route)),
  ),
  ...wanted.displaced.filter((route) => hasCopy(route, actual)),
];

/** Ours that nobody wants any more. Those that are wanted are made by tc, not by an edit. */
const strayShapers = ({ shapers }: Wanted, { qdiscs }: KernelState): readonly Edit[] =>
  qdiscs
    .filter(({ handle }) => isOurHandle(handle))
    .filter(({ link, handle }) => !shapers.some((place) => place.link === link && place.handle === handle))
    .map((qdisc) => ({ kind: "delete-qdisc", qdisc }));

const sysctlsToSet = (wanted: Wanted, actual: KernelState): readonly Edit[] =>
  Object.entries(wanted.sysctls)
    .filter(([name, value]) => actual.sysctls[name] !== value)
    .map(([name, value]) => ({ kind: "set-sysctl", name, value }));

const firewallEdits = (wanted: Wanted, actual: KernelState, loaded: LoadedFirewall | null): readonly Edit[] => {
  if (wanted.firewall === null) return actual.firewall === null ? [] : [{ kind: "delete-firewall" }];
  const intact =
    loaded?.ruleset === wanted.firewall &&
    actual.firewall !== null &&
    (loaded.listing === null || loaded.listing === actual.firewall);
  return intact ? [] : [{ kind: "load-firewall", ruleset: wanted.firewall }];
};

/** Whether `put-route` of one takes the place of the other. Never throws. */
export const sameSlot = (a: Route, b: Route): boolean => hasSameMetric(a, b) && a.protocol === b.protocol;

/** Whether two routes lead the same way; when they expire doesn't matter. Never throws. */
export const sameRoute = (a: Route, b: Route): boolean =>
  sameSlot(a, b) &&
  a.type === b.type &&
  a.source === b.source &&
  a.hops.length === b.hops.length &&
  a.hops.every((hop, index) => sameHop(hop, b.hops[index], a.hops.length > 1));

const sameHop = (a: Hop, b: Hop | undefined, weighted: boolean): boolean =>
  b !== undefined && a.gateway === b.gateway && a.link === b.link && (!weighted || a.weight === b.weight);

/** Whether two rules send the same packets to the same table at the same place. Never throws. */
export const sameRule = (a: Rule, b: Rule): boolean =>
  a.family === b.family &&
  a.priority === b.priority &&
  a.table === b.table &&
  a.suppressPrefixLength === b.suppressPrefixLength &&
  sameSelector(a.select, b.select);

const sameSelector = (a: RuleSelector, b: RuleSelector): boolean => {
  if ("from" in a) return "from" in b && a.from === b.from;
  if ("output" in a) return "output" in b && a.output === b.output;
  if ("resolver" in a) return "resolver" in b && a.resolver === b.resolver;
  return "mark" in b && a.mark === b.mark && a.mask === b.mask && sameTraffic(a.traffic, b.traffic);
};

const sameTraffic = (a: Traffic = ALL_TRAFFIC, b: Traffic = ALL_TRAFFIC): boolean =>
  a.from === b.from &&
  a.to === b.to &&
  a.input === b.input &&
  a.transport === b.transport &&
  samePorts(a.sourcePorts, b.sourcePorts) &&
  samePorts(a.ports, b.ports);

const samePorts = (a: PortRange | null, b: PortRange | null): boolean => a?.first === b?.first && a?.last === b?.last;

/** The kernel's state as it will be once the edits are done. Never throws. */
export const applyEdits = (kernel: KernelState, edits: readonly Edit[]): KernelState => edits.reduce(applyEdit, kernel);

const applyEdit = (kernel: KernelState, edit: Edit): KernelState => {
  switch (edit.kind) {
    case "switch-on":
      return { ...kernel, links: kernel.links.map((link) => (link.index === edit.link ? switchedOn(link) : link)) };
    case "put-address":
      return { ...kernel, addresses: [...kernel.addresses, edit.address] };
    case "delete-address":
      return { ...kernel, addresses: kernel.addresses.filter((address) => !sameAddress(address, edit.address)) };
    case "put-route":
      return { ...kernel, routes: [...kernel.routes.filter((route) => !sameSlot(route, edit.route)), edit.route] };
    case "delete-route":
      return { ...kernel, routes: kernel.routes.filter((route) => !sameRoute(route, edit.route)) };
    case "put-rule":
      return { ...kernel, rules: [...kernel.rules, edit.rule] };
    case "delete-rule":
      return { ...kernel, rules: kernel.rules.filter((rule) => !sameRule(rule, edit.rule)) };
    case "delete-qdisc":
      return {
        ...kernel,
        qdiscs: kernel.qdiscs.filter(({ link, handle }) => link !== edit.qdisc.link || handle !== edit.qdisc.handle),
      };
    case "set-sysctl":
      return { ...kernel, sysctls: { ...kernel.sysctls, [edit.name]: edit.value } };
    case "load-firewall":
      return { ...kernel, firewall: kernel.firewall ?? "" };
    case "delete-firewall":
      return { ...kernel, firewall: null };
  }
};

const switchedOn = (link: Link): Link => ({ ...link, adminUp: true });

/** An edit in words, for logs and status. Never throws. */
export const describeEdit = (edit: Edit): string => {
  switch (edit.kind) {
    case "switch-on":
      return `link ${edit.link} switched on`;
    case "put-address":
      return describeAddress(edit.address);
    case "delete-address":
      return `without ${describeAddress(edit.address)}`;
    case "put-route":
      return describeRoute(edit.route);
    case "delete-route":
      return `without ${describeRoute(edit.route)}`;
    case "put-rule":
      return describeRule(edit.rule);
    case "delete-rule":
      return `without ${describeRule(edit.rule)}`;
    case "delete-qdisc":
      return `without the shaper on link ${edit.qdisc.link}`;
    case "set-sysctl":
      return `${edit.name} = ${edit.value}`;
    case "load-firewall":
      return "the nft table inet wan_failover";
    case "delete-firewall":
      return "without the nft table inet wan_failover";
  }
};

const describeAddress = ({ address, prefixLength, link }: Address): string =>
  `address ${address}/${prefixLength} on link ${link}`;

const describeRoute = (route: Route): string => {
  const way = route.hops
    .map((hop) => `${hop.gateway === null ? "" : `via ${hop.gateway} `}on link ${hop.link}`)
    .join(", ");
  return `${route.family} ${route.destination} ${way || route.type} table ${route.table} metric ${route.metric}`;
};

const describeRule = ({ family, priority, select, table }: Rule): string =>
  [`${family} rule ${priority}`, ...describeTraffic(select), `to table ${table}`].join(" ");

const describeTraffic = (select: RuleSelector): readonly string[] => {
  if (!("mark" in select) || select.traffic === undefined) return [];
  const { from, to, input, transport, sourcePorts, ports } = select.traffic;
  return [
    ...(from === null ? [] : [`from ${from}`]),
    ...(to === null ? [] : [`to ${to}`]),
    ...(input === null ? [] : [`in ${input}`]),
    ...(transport === null ? [] : [`protocol ${transport}`]),
    ...(sourcePorts === null ? [] : [`source ports ${sourcePorts.first}-${sourcePorts.last}`]),
    ...(ports === null ? [] : [`ports ${ports.first}-${ports.last}`]),
  ];
};
