import {
  type Address,
  type Edit,
  type Hop,
  type KernelState,
  type Link,
  MAIN_TABLE,
  PROTOCOL,
  type Route,
  type Rule,
} from "../../src/core/kernel/kernel.ts";

/** A route as the fake kernel keeps it. */
export type StoredRoute = Omit<Route, "expiresInMs"> & {
  /** Milliseconds, absolute; null: never. */
  readonly expiresAt: number | null;
};

/** A kernel as far as the daemon sees it: plain data, and below the functions that change it. */
export interface FakeKernel {
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly routes: readonly StoredRoute[];
  readonly rules: readonly Rule[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** Our table as nft lists it. */
  readonly firewall: string | null;
}

/** Why an edit was refused: errno's name and the kernel's words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What the daemon's reading gives: all links and addresses, the defaults of table main, all with protocol 87. */
export const readKernel = (kernel: FakeKernel, sysctlNames: readonly string[], now: number): KernelState => ({
  links: kernel.links,
  addresses: kernel.addresses,
  routes: kernel.routes.filter(isRead).map(({ expiresAt, ...route }) => ({
    ...route,
    expiresInMs: expiresAt === null ? null : expiresAt - now,
  })),
  rules: kernel.rules.filter((rule) => rule.protocol === PROTOCOL),
  qdiscs: [],
  sysctls: Object.fromEntries(
    sysctlNames.flatMap((name) => {
      const value = kernel.sysctls[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  firewall: kernel.firewall,
});

const isRead = (route: StoredRoute): boolean =>
  route.protocol === PROTOCOL || (route.table === MAIN_TABLE && route.destination === "default");

/** One edit: the kernel afterwards (the same object where nothing changed), and why it was refused if it was. */
export const editKernel = (kernel: FakeKernel, edit: Edit): { kernel: FakeKernel; refusal: Refusal | null } => {
  const refusal = whyRefused(kernel, edit);
  return refusal === null ? { kernel: apply(kernel, edit), refusal } : { kernel, refusal };
};

const whyRefused = (kernel: FakeKernel, edit: Edit): Refusal | null => {
  if (edit.kind === "put-address") return whyNoAddress(kernel, edit.address);
  if (edit.kind === "put-route") return whyNoRoute(kernel, edit.route);
  if (edit.kind === "set-sysctl" && kernel.sysctls[edit.name] === undefined) {
    return { code: "ENOENT", message: `${edit.name} does not exist` };
  }
  return null;
};

/** inet_rtm_newaddr (net/ipv4/devinet.c), inet6_addr_add (net/ipv6/addrconf.c). */
const whyNoAddress = (kernel: FakeKernel, { family, link, address, prefixLength }: Address): Refusal | null => {
  if (!kernel.links.some((one) => one.index === link)) return { code: "ENODEV", message: "No such device" };
  const taken = kernel.addresses.some(
    (one) => one.link === link && one.address === address && (family === "ipv6" || one.prefixLength === prefixLength),
  );
  return taken ? { code: "EEXIST", message: "Address already assigned" } : null;
};

/** fib_check_nh (net/ipv4/fib_semantics.c), ip6_route_check_nh and ip6_route_multipath_add (net/ipv6/route.c). */
const whyNoRoute = (kernel: FakeKernel, { family, hops }: Route): Refusal | null => {
  if (family === "ipv6" && hops.length > 1 && hops.some(({ gateway }) => gateway === null)) {
    return { code: "EINVAL", message: "Device only routes can not be added for IPv6 using the multipath API" };
  }
  for (const hop of hops) {
    const link = kernel.links.find((one) => one.index === hop.link);
    if (link === undefined) return { code: "ENODEV", message: "No such device" };
    if (!link.adminUp) return { code: "ENETDOWN", message: "Device for nexthop is not up" };
    const needsNeighbour = hop.gateway !== null && !hop.onlink && !hop.gateway.startsWith("fe80:");
    if (needsNeighbour && !kernel.addresses.some((one) => one.family === family && one.link === hop.link)) {
      return { code: "ENETUNREACH", message: "Nexthop has invalid gateway" };
    }
  }
  return null;
};

const apply = (kernel: FakeKernel, edit: Edit): FakeKernel => {
  switch (edit.kind) {
    case "switch-on":
      return {
        ...kernel,
        links: kernel.links.map((link) => (link.index === edit.link ? { ...link, adminUp: true } : link)),
      };
    case "put-address":
      return withAddress(kernel, edit.address);
    case "delete-address":
      return {
        ...kernel,
        addresses: kernel.addresses.filter(
          (one) => one.link !== edit.address.link || one.address !== edit.address.address,
        ),
      };
    case "put-route":
      return putRoute(kernel, edit.route);
    case "delete-route":
      return withoutRoutes(kernel, (route) => isSameRoute(route, edit.route));
    case "put-rule":
      return hasRule(kernel, edit.rule) ? kernel : { ...kernel, rules: sortRules([...kernel.rules, edit.rule]) };
    case "delete-rule":
      return { ...kernel, rules: kernel.rules.filter((rule) => !isSameRule(rule, edit.rule)) };
    case "delete-qdisc":
      return kernel;
    case "set-sysctl":
      if (kernel.sysctls[edit.name] === edit.value) return kernel;
      return { ...kernel, sysctls: { ...kernel.sysctls, [edit.name]: edit.value } };
    case "load-firewall":
      return { ...kernel, firewall: listingOf(edit.ruleset) };
    case "delete-firewall":
      return { ...kernel, firewall: null };
  }
};

/** NLM_F_CREATE | NLM_F_REPLACE: the route with the same destination and metric gives way, whoever put it there. */
const putRoute = (kernel: FakeKernel, route: Route): FakeKernel => {
  const { expiresInMs: _, ...kept } = route;
  if (kernel.routes.some((other) => isSameRoute(other, route))) return kernel;
  const others = kernel.routes.filter((other) => !isSameSlot(other, route));
  return { ...kernel, routes: sortRoutes([...others, { ...kept, expiresAt: null }]) };
};

const isSameSlot = (a: Pick<Route, "family" | "table" | "destination" | "metric">, b: typeof a): boolean =>
  a.family === b.family && a.table === b.table && a.destination === b.destination && a.metric === b.metric;

const isSameRoute = (a: StoredRoute, b: Route): boolean =>
  isSameSlot(a, b) &&
  a.protocol === b.protocol &&
  a.type === b.type &&
  a.source === b.source &&
  a.hops.length === b.hops.length &&
  a.hops.every((hop, index) => isSameHop(hop, b.hops[index]));

const isSameHop = (a: Hop, b: Hop | undefined): boolean =>
  a.gateway === b?.gateway && a.link === b.link && a.weight === b.weight;

const hasRule = (kernel: FakeKernel, rule: Rule): boolean => kernel.rules.some((other) => isSameRule(other, rule));
const isSameRule = (a: Rule, b: Rule): boolean => JSON.stringify(a) === JSON.stringify(b);

const sortRules = (rules: readonly Rule[]): readonly Rule[] => rules.toSorted((a, b) => a.priority - b.priority);
const sortRoutes = (routes: readonly StoredRoute[]): readonly StoredRoute[] =>
  routes.toSorted((a, b) => a.table - b.table || a.metric - b.metric);

/** nft prints a table in its own way. */
const listingOf = (ruleset: string): string =>
  ruleset.replace(/^table inet wan_failover\ndelete table inet wan_failover\n/, "").trimEnd();

/** Somebody else adds a route; routes with the same metric stay beside it. */
export const withRoute = (kernel: FakeKernel, route: StoredRoute): FakeKernel => ({
  ...kernel,
  routes: sortRoutes([...kernel.routes, route]),
});

/** Whatever happens to routes. */
export const withoutRoutes = (kernel: FakeKernel, isGone: (route: StoredRoute) => boolean): FakeKernel =>
  kernel.routes.some(isGone) ? { ...kernel, routes: kernel.routes.filter((route) => !isGone(route)) } : kernel;

/** A link appears or changes. Switching it off takes its addresses and its routes with it, in all tables. */
export const withLink = (kernel: FakeKernel, link: Link): FakeKernel => {
  const others = kernel.links.filter((other) => other.index !== link.index);
  const links = [...others, link].toSorted((a, b) => a.index - b.index);
  return link.adminUp ? { ...kernel, links } : withoutUsers({ ...kernel, links }, link.index);
};

/** A link vanishes. */
export const withoutLink = (kernel: FakeKernel, index: number): FakeKernel =>
  withoutUsers({ ...kernel, links: kernel.links.filter((link) => link.index !== index) }, index);

const withoutUsers = (kernel: FakeKernel, index: number): FakeKernel => ({
  ...withoutRoutes(kernel, (route) => route.hops.some((hop) => hop.link === index)),
  addresses: kernel.addresses.filter((address) => address.link !== index),
});

/** An address appears. */
export const withAddress = (kernel: FakeKernel, address: Address): FakeKernel => ({
  ...kernel,
  addresses: [...kernel.addresses, address],
});

/** A link's addresses of a family go; without its last IPv4 address a link has no IPv4 routes (fib_disable_ip). */
export const withoutAddresses = (
  kernel: FakeKernel,
  { link, family }: Pick<Address, "link" | "family">,
): FakeKernel => {
  const addresses = kernel.addresses.filter((one) => one.link !== link || one.family !== family);
  const isGone = (route: StoredRoute): boolean =>
    family === "ipv4" && route.family === "ipv4" && route.hops.some((hop) => hop.link === link);
  return { ...withoutRoutes(kernel, isGone), addresses };
};
