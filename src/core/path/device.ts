import { FAMILIES } from "../family.ts";
import type { Address, KernelState, Link } from "../kernel/kernel.ts";
import { covers, isWide, type Network, networkOf } from "../network.ts";
import type { UplinkSettings } from "../settings.ts";

/** The interface that an uplink uses. */
export interface Device {
  readonly name: string;
  /**
   * Others than the uplink's traffic use it too: it is a LAN in which a second router is. What leaves by it counts as the
   * uplink's only where the gateway is the next hop, and what comes in by it may be anybody's.
   */
  readonly shared: boolean;
}

/** The names of those that belong to one uplink each. Never throws. */
export const ownNames = (devices: readonly (Device | null)[]): readonly string[] =>
  devices.flatMap((device) => (device === null || device.shared ? [] : [device.name]));

/** What the kernel says of interfaces and their addresses. */
type Interfaces = Pick<KernelState, "links" | "addresses">;

/** The interface that the config names, or else the one whose network holds the gateway; null while there is none. Never throws. */
export const deviceOf = ({ interface: name, families }: UplinkSettings, kernel: Interfaces): Device | null => {
  if (name !== null) return { name, shared: false };
  const link = FAMILIES.flatMap((family) => holderOf(families[family].gateway, kernel) ?? [])[0];
  return link === undefined ? null : { name: link.name, shared: !link.pointToPoint };
};

/** The link with the longest network around an address; of two alike, one that has a carrier. */
const holderOf = (gateway: string | null, { links, addresses }: Interfaces): Link | null => {
  const hop = gateway === null ? null : networkOf(gateway);
  if (hop === null) return null;
  const holders = addresses.flatMap((address) => {
    const network = networkAround(address);
    const link = links.find(({ index }) => index === address.link);
    const holds = network !== null && link !== undefined && address.address !== gateway && covers(network, hop);
    return holds ? [{ link, rank: network.length * 2 + (link.carrier ? 1 : 0) }] : [];
  });
  return holders.sort((a, b) => b.rank - a.rank)[0]?.link ?? null;
};

/** Who can be reached without a gateway: null for an address alone. */
const networkAround = ({ address, peer, prefixLength }: Address): Network | null => {
  const network = networkOf(peer ?? address, prefixLength);
  return network !== null && (peer !== null || isWide(network)) ? network : null;
};

/** Whether a gateway can be reached by a link without another gateway. Never throws. */
export const isBeside = (gateway: string, link: Link, { addresses }: Interfaces): boolean => {
  const hop = networkOf(gateway);
  return addresses.some((address) => {
    const network = address.link === link.index ? networkAround(address) : null;
    return network !== null && hop !== null && covers(network, hop);
  });
};
