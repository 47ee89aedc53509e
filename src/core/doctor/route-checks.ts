import { FAMILIES, type Family, familyName } from "../family.ts";
import { MAIN_TABLE, PROTOCOL, type Route } from "../kernel/kernel.ts";
import { isOurTable } from "../kernel/mark.ts";
import { covers, networkOf, parseNetwork } from "../network.ts";
import { isForeignDefault } from "../path/path.ts";
import type { UplinkSettings } from "../settings.ts";
import { addressOf } from "../target/target.ts";
import { list } from "../words.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, error, type Finding, note, warning } from "./finding.ts";
import { ipCommand, leavesBy, linkName, linkOf, routeText, uplinkOfLink, uplinksOf } from "./topology.ts";

/** Routes of others that stand in the way of ours. */
export const ROUTE_CHECKS: readonly Check[] = [
  { topic: "Routes", title: "no default route outranks ours", examine: (facts) => rivalDefaults(facts) },
  { topic: "Routes", title: "no default route takes a metric of ours", examine: (facts) => takenMetrics(facts) },
  { topic: "Routes", title: "no route is in front of the default", examine: (facts) => widerRoutes(facts) },
  { topic: "Routes", title: "targets follow the default", examine: (facts) => pinnedTargets(facts) },
  { topic: "Routes", title: "tables 8700 to 8731 are ours", examine: (facts) => takenTables(facts) },
];

/** Routes to more than this share of all addresses (an eighth) stand for a default: 0.0.0.0/1, 2000::/3. */
const WIDE_PREFIX_LENGTH_MAX = 3;

const foreignDefaults = (facts: MachineFacts): readonly Route[] => facts.routes.filter(isForeignDefault);

const isThroughUplinks = (facts: MachineFacts, route: Route): boolean =>
  route.hops.every((hop) => uplinkOfLink(facts, hop.link) !== undefined);

const wayOut = (facts: MachineFacts, route: Route): string =>
  list([...new Set(route.hops.map((hop) => linkName(facts, hop.link)))]);

/** Of IPv4 the lowest metric is 0; of IPv6, 1. Ours are 1, 2 … */
const rivalDefaults = (facts: MachineFacts): readonly Finding[] | null => {
  if (facts.settings === null) return null;
  const rivals = foreignDefaults(facts).filter((route) => route.metric === 0);
  return rivals.map((route) => (isThroughUplinks(facts, route) ? adoptable(facts, route) : outranking(facts, route)));
};

const adoptable = (facts: MachineFacts, route: Route): Finding =>
  note({
    code: route.metric === 0 ? "default-metric-zero" : "default-in-our-metrics",
    title: `The default route through ${wayOut(facts, route)} has the metric ${route.metric}, ${route.metric === 0 ? "which outranks every other" : "which is one of ours"}`,
    detail:
      "The daemon gives it a high metric by itself and goes on learning the gateway from it; `wan-failover reset` restores it.",
    remedy: "Nothing, or let its maker use a metric of 100 or more",
  });

const outranking = (facts: MachineFacts, route: Route): Finding =>
  warning({
    code: "default-outranks-ours",
    title: `A default route through ${wayOut(facts, route)}, which is no uplink, outranks ours`,
    detail:
      "All traffic takes it, whichever uplink is best. That is right for a VPN that should carry everything; else it defeats every failover.",
    remedy: movedRoute(facts, route),
  });

const movedRoute = (facts: MachineFacts, route: Route): string => {
  const ip = ipCommand(route.family);
  const old = routeText(facts, route);
  return `${ip} route add ${old.replace(/ metric \d+$/, " metric 1000")} && ${ip} route del ${old}`;
};

/** Another's route with our metric and destination is replaced by ours, or keeps us from adding ours. */
const takenMetrics = (facts: MachineFacts): readonly Finding[] | null => {
  if (facts.settings === null) return null;
  const taken = foreignDefaults(facts).filter(({ metric }) => metric >= 1 && metric <= uplinksOf(facts).length);
  return taken.map((route) =>
    isThroughUplinks(facts, route) && route.expiresInMs === null ? adoptable(facts, route) : collision(facts, route),
  );
};

const collision = (facts: MachineFacts, route: Route): Finding =>
  warning({
    code: "metric-collision",
    title: `The ${familyName(route.family)} default route through ${wayOut(facts, route)} has the metric ${route.metric}, which is one of ours`,
    detail: `Ours use the metrics 1 to ${uplinksOf(facts).length}; two default routes with one metric replace each other or share the traffic.`,
    remedy:
      route.expiresInMs === null
        ? movedRoute(facts, route)
        : `sysctl -w net/ipv6/conf/${wayOut(facts, route)}/ra_defrtr_metric=1024`,
  });

const isWider = (route: Route): boolean => {
  const network = parseNetwork(route.destination, route.family);
  return network !== null && network.length > 0 && network.length <= WIDE_PREFIX_LENGTH_MAX;
};

const widerRoutes = (facts: MachineFacts): readonly Finding[] =>
  FAMILIES.flatMap((family) => {
    const wide = facts.routes.filter(
      (route) => route.family === family && route.table === MAIN_TABLE && isForeignUnicast(route) && isWider(route),
    );
    const ways = [...new Set(wide.map((route) => wayOut(facts, route)))];
    return ways.map((way) =>
      inFront(
        facts,
        wide.filter((route) => wayOut(facts, route) === way),
      ),
    );
  });

const isForeignUnicast = (route: Route): boolean => route.protocol !== PROTOCOL && route.type === "unicast";

const inFront = (facts: MachineFacts, routes: readonly Route[]): Finding => {
  const [first] = routes;
  const way = first === undefined ? "" : wayOut(facts, first);
  const ours = first !== undefined && isThroughUplinks(facts, first);
  return warning({
    code: "route-before-default",
    title: `Traffic to ${list(routes.map((route) => route.destination))} always takes ${way}`,
    detail: ours
      ? "These routes are more specific than any default route, so that no failover moves what they cover. Scripts that switch uplinks leave such routes."
      : "These routes are more specific than any default route. That is right for a VPN that should carry everything; else it defeats every failover.",
    remedy: routes.map((route) => `${ipCommand(route.family)} route del ${routeText(facts, route)}`).join("; "),
  });
};

interface Pinned {
  readonly route: Route;
  readonly targets: string[];
}

/** Probes are bound to their uplink and don't mind; users' traffic to the target does. */
const pinnedTargets = (facts: MachineFacts): readonly Finding[] | null => {
  if (facts.settings === null) return null;
  const pinned = new Map<Route, Pinned>();
  for (const uplink of uplinksOf(facts)) {
    for (const { target, route } of targetRoutes(facts, uplink)) {
      const entry = pinned.get(route) ?? { route, targets: [] };
      if (!entry.targets.includes(target)) entry.targets.push(target);
      pinned.set(route, entry);
    }
  }
  return [...pinned.values()].map((one) => pinnedFinding(facts, one));
};

interface TargetRoute {
  readonly target: string;
  readonly route: Route;
}

const targetRoutes = (facts: MachineFacts, uplink: UplinkSettings): readonly TargetRoute[] =>
  FAMILIES.flatMap((family) =>
    uplink.families[family].targets.flatMap((one) => {
      const target = addressOf(one);
      if (target === null) return [];
      const route = mostSpecific(facts, family, target);
      return route === undefined || isOnLink(facts, uplink, route) ? [] : [{ target, route }];
    }),
  );

/** A neighbour of the uplink, or its gateway, is where its own network is. */
const isOnLink = (facts: MachineFacts, uplink: UplinkSettings, route: Route): boolean => {
  const link = linkOf(facts, uplink);
  return link !== undefined && leavesBy(route, link) && route.hops.every((hop) => hop.gateway === null);
};

const mostSpecific = (facts: MachineFacts, family: Family, target: string): Route | undefined => {
  const address = networkOf(target);
  const candidates = facts.routes.flatMap((route) => {
    const network = parseNetwork(route.destination, route.family);
    if (address === null || network === null || route.table !== MAIN_TABLE || route.family !== family) return [];
    const counts = isForeignUnicast(route) && network.length > WIDE_PREFIX_LENGTH_MAX && covers(network, address);
    return counts ? [{ route, length: network.length }] : [];
  });
  return candidates.sort((a, b) => b.length - a.length || a.route.metric - b.route.metric)[0]?.route;
};

const pinnedFinding = (facts: MachineFacts, { route, targets }: Pinned): Finding =>
  warning({
    code: "target-pinned",
    title: `${list(targets)} ${targets.length === 1 ? "is a target, but has" : "are targets, but have"} a route of ${targets.length === 1 ? "its" : "their"} own through ${wayOut(facts, route)}`,
    detail:
      "Our probes leave by their own uplink all the same; but users' traffic to these addresses never fails over with the rest.",
    remedy: `${ipCommand(route.family)} route del ${routeText(facts, route)}`,
  });

const takenTables = (facts: MachineFacts): readonly Finding[] => {
  const foreign = facts.routes.filter((route) => isOurTable(route.table) && route.protocol !== PROTOCOL);
  const tables = [...new Set(foreign.map((route) => route.table))].sort((a, b) => a - b);
  if (tables.length === 0) return [];
  return [
    error({
      code: "table-taken",
      title: `Somebody else has routes in table ${list(tables.map(String))}`,
      detail:
        "Tables 8701 to 8731 hold one default route per uplink, and 8700 refuses a family that has no uplink; with others in them, probes, pinned flows and refusals go astray.",
      remedy: foreign
        .map((route) => `${ipCommand(route.family)} route del ${routeText(facts, route)} table ${route.table}`)
        .join("; "),
    }),
  ];
};
