import { FAMILIES, type Family } from "../family.ts";
import { type KernelState, PROTOCOL, type Route } from "../kernel/kernel.ts";
import { isWide, type Network, networkOf } from "../network.ts";
import { deviceOf } from "../path/device.ts";
import { findPath, isForeignDefault, type Path } from "../path/path.ts";
import type { UplinkSettings } from "../settings.ts";
import type { MachineFacts, MachineLink } from "./facts.ts";

/** An uplink whose interface is known. */
export interface PlacedUplink extends UplinkSettings {
  readonly interface: string;
}

/** The uplinks of the config, none without one; those without an interface have the one that their gateway is beside. Never throws. */
export const uplinksOf = (facts: MachineFacts): readonly PlacedUplink[] =>
  (facts.settings?.uplinks ?? []).flatMap((uplink) => {
    const device = deviceOf(uplink, facts);
    return device === null ? [] : [{ ...uplink, interface: device.name }];
  });

/** The uplinks that use a family. Never throws. */
export const uplinksUsing = (facts: MachineFacts, family: Family): readonly PlacedUplink[] =>
  uplinksOf(facts).filter((uplink) => uplink.families[family].method !== "none");

/** An uplink's interface, undefined where it is missing. Never throws. */
export const linkOf = (facts: MachineFacts, uplink: UplinkSettings): MachineLink | undefined =>
  facts.links.find(({ name }) => name === uplink.interface);

/** The name of an interface by its index. Never throws. */
export const linkName = (facts: MachineFacts, index: number): string =>
  facts.links.find((link) => link.index === index)?.name ?? `interface ${index}`;

/** The uplink that has this interface, undefined for all others. Never throws. */
export const uplinkOfLink = (facts: MachineFacts, index: number): PlacedUplink | undefined =>
  uplinksOf(facts).find((uplink) => linkOf(facts, uplink)?.index === index);

const kernelOf = (facts: MachineFacts): KernelState => ({ ...facts, rules: [], qdiscs: [], firewall: null });

/** What a DHCP server named, as far as the daemon's own routes tell. */
const leasedGateway = (facts: MachineFacts, uplink: UplinkSettings, family: Family): string | null => {
  if (uplink.families[family].method !== "dhcp") return null;
  const link = linkOf(facts, uplink)?.index;
  const hops = facts.routes
    .filter((route) => route.family === family && route.protocol === PROTOCOL && route.destination === "default")
    .flatMap((route) => route.hops.filter((hop) => hop.link === link));
  return hops[0]?.gateway ?? null;
};

/** The way that the daemon would find for an uplink. Never throws. */
export const pathOf = (facts: MachineFacts, uplink: UplinkSettings, family: Family): Path =>
  findPath({
    uplink,
    leased: leasedGateway(facts, uplink, family),
    device: uplink.interface,
    family,
    kernel: kernelOf(facts),
    uplinkInterfaces: uplinksOf(facts).map((one) => one.interface),
    before: null,
    now: 0,
  });

/** Whether an uplink uses the family and could send packets. Never throws. */
export const canSend = (facts: MachineFacts, uplink: UplinkSettings, family: Family): boolean =>
  uplink.families[family].method !== "none" && pathOf(facts, uplink, family).usable;

/** Whether an uplink could send packets of any family. Never throws. */
export const isUsable = (facts: MachineFacts, uplink: UplinkSettings): boolean =>
  FAMILIES.some((family) => canSend(facts, uplink, family));

/** A network that an interface has an address in. */
export interface Attached {
  readonly link: MachineLink;
  readonly network: Network;
}

/** The networks of one interface, those of a single address left out. Never throws. */
export const networksOf = (facts: MachineFacts, link: MachineLink): readonly Attached[] =>
  facts.addresses
    .filter((address) => address.link === link.index && address.global)
    .map((address) => networkOf(address.address, address.prefixLength))
    .flatMap((network) => (network !== null && isWide(network) ? [{ link, network }] : []));

/**
 * The networks of those that we route for: of interfaces in use that are neither uplinks nor tunnels nor lead to a
 * default route. Never throws.
 */
export const localNetworks = (facts: MachineFacts, family: Family): readonly Attached[] =>
  facts.links
    .filter((link) => link.name !== "lo" && link.adminUp && link.carrier && !link.pointToPoint)
    .filter((link) => uplinkOfLink(facts, link.index) === undefined && !hasDefault(facts, link))
    .flatMap((link) => networksOf(facts, link))
    .filter(({ network }) => network.family === family);

const hasDefault = (facts: MachineFacts, link: MachineLink): boolean =>
  facts.routes.some((route) => isForeignDefault(route) && leavesBy(route, link));

/** Whether a route has a next hop on this interface. Never throws. */
export const leavesBy = (route: Route, link: MachineLink): boolean => route.hops.some((hop) => hop.link === link.index);

/** A route as `ip route` takes it. Never throws. */
export const routeText = (facts: MachineFacts, route: Route): string => {
  const [hop] = route.hops;
  const way =
    hop === undefined ? "" : ` ${hop.gateway === null ? "" : `via ${hop.gateway} `}dev ${linkName(facts, hop.link)}`;
  return `${route.destination}${way} metric ${route.metric}`;
};

/** `ip` or `ip -6`. Never throws. */
export const ipCommand = (family: Family): string => (family === "ipv4" ? "ip" : "ip -6");
