import { FAMILIES, type Family } from "../family.ts";
import { covers, type Network, networkOf, parseNetwork } from "../network.ts";
import type { UsablePath } from "../path/path.ts";
import type { UplinkState } from "../state.ts";
import { type Address, type KernelState, MAIN_TABLE, PROTOCOL, type Route } from "./kernel.ts";

/**
 * The metric of our routes to destinations. Lower than what DHCP clients give theirs, and none that a default of ours has,
 * so that no reading takes the one for the other.
 */
const DESTINATION_METRIC = 87;

/** The interfaces of a machine and their addresses. */
export type Attachments = Pick<KernelState, "links" | "addresses">;

/** Where an uplink's destination lies, seen from this machine. */
export type Whereabouts =
  /** Behind the uplink's gateway. */
  | { readonly kind: "beyond" }
  /** On the uplink's own link: no route is needed. */
  | { readonly kind: "on-link" }
  /** Within the network of another interface, from which the route would take it away. */
  | { readonly kind: "elsewhere"; readonly interface: string; readonly network: string };

const BEYOND: Whereabouts = { kind: "beyond" };

/**
 * Where a destination (`192.168.5.0/24`) lies. A network that merely lies within the destination keeps its own, more
 * specific route and is no obstacle. Never throws.
 */
export const whereabouts = (destination: string, family: Family, { own, links, addresses }: Search): Whereabouts => {
  const network = parseNetwork(destination, family);
  if (network === null) return BEYOND;
  const holders = addresses
    .filter((address) => address.global && holds(address, network))
    .map((address) => ({ address, name: links.find(({ index }) => index === address.link)?.name ?? "" }));
  if (holders.some(({ name }) => name === own)) return { kind: "on-link" };
  const [holder] = holders;
  if (holder === undefined) return BEYOND;
  const { address, prefixLength } = holder.address;
  return { kind: "elsewhere", interface: holder.name, network: `${address}/${prefixLength}` };
};

interface Search extends Attachments {
  /** The uplink's own interface, if it has one. */
  readonly own: string | null;
}

const holds = ({ address, prefixLength }: Address, network: Network): boolean => {
  const around = networkOf(address, prefixLength);
  return around !== null && covers(around, network);
};

/**
 * The routes that always lead over an uplink, whoever carries the default: to its destinations, while it has a path. In
 * table main, so that pinned flows and the uplinks' own addresses take them too. Never throws.
 */
export const destinationRoutes = (
  uplinks: readonly UplinkState[],
  kernel: Attachments,
  family: Family,
): readonly Route[] =>
  uplinks.flatMap(({ settings, families }) => {
    const path = families[family]?.path;
    if (path === undefined || !path.usable) return [];
    const search = { ...kernel, own: settings.interface };
    return settings.families[family].routes
      .filter((destination) => whereabouts(destination, family, search).kind === "beyond")
      .map((destination) => routeTo(destination, family, path));
  });

const routeTo = (destination: string, family: Family, { gateway, link, onlink }: UsablePath): Route => ({
  family,
  table: MAIN_TABLE,
  destination,
  metric: DESTINATION_METRIC,
  protocol: PROTOCOL,
  type: "unicast",
  hops: [{ gateway, link, weight: 1, onlink }],
  source: null,
  expiresInMs: null,
});

/** An uplink as its destinations need it. */
export interface Owner {
  readonly name: string;
  readonly interface: string | null;
  readonly families: Readonly<Record<Family, { readonly routes: readonly string[] }>>;
}

/** A destination without a route, since it lies within somebody's network. */
export interface Obstacle {
  /** The uplink's name. */
  readonly uplink: string;
  readonly destination: string;
  /** The interface that would lose it, and its address there. */
  readonly interface: string;
  readonly network: string;
}

/** The destinations that can't be routed. Never throws. */
export const obstacles = (uplinks: readonly Owner[], attachments: Attachments): readonly Obstacle[] =>
  uplinks.flatMap((uplink) =>
    FAMILIES.flatMap((family) =>
      uplink.families[family].routes.flatMap((destination) => {
        const place = whereabouts(destination, family, { ...attachments, own: uplink.interface });
        if (place.kind !== "elsewhere") return [];
        return [{ uplink: uplink.name, destination, interface: place.interface, network: place.network }];
      }),
    ),
  );

/** An obstacle in one sentence. Never throws. */
export const obstacleText = ({ uplink, destination, interface: name, network }: Obstacle): string =>
  `${destination} is not routed over ${uplink}: it lies within the network of ${name} (${network}), which would lose it.`;
