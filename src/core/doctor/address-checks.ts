import { formatNetwork, overlap } from "../network.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, note, warning } from "./finding.ts";
import { type Attached, linkOf, localNetworks, networksOf, type PlacedUplink, uplinksOf } from "./topology.ts";

/** Addresses and networks that are in two places. */
export const ADDRESS_CHECKS: readonly Check[] = [
  { topic: "Uplinks", title: "each uplink has an address of its own", examine: (facts) => sharedAddresses(facts) },
  { topic: "Uplinks", title: "each uplink has a network of its own", examine: (facts) => sharedNetworks(facts) },
  { topic: "Uplinks", title: "no local network overlaps an uplink's", examine: (facts) => overlappingLocals(facts) },
];

/** What an uplink has. */
interface Owned {
  readonly uplink: PlacedUplink;
}

interface OwnAddress extends Owned {
  readonly address: string;
}

interface OwnNetwork extends Owned, Attached {}

const uplinkNetworks = (facts: MachineFacts): readonly OwnNetwork[] =>
  uplinksOf(facts).flatMap((uplink) => {
    const link = linkOf(facts, uplink);
    return link === undefined ? [] : networksOf(facts, link).map((attached) => ({ ...attached, uplink }));
  });

const uplinkAddresses = (facts: MachineFacts): readonly OwnAddress[] =>
  uplinksOf(facts).flatMap((uplink) => {
    const link = linkOf(facts, uplink);
    const own = facts.addresses.filter((address) => address.link === link?.index && address.global);
    return own.map(({ address }) => ({ address, uplink }));
  });

const sharedAddresses = (facts: MachineFacts): readonly Finding[] | null => {
  const all = uplinkAddresses(facts);
  if (areOnOneInterface(all)) return null;
  return apartPairs(all)
    .filter(([one, other]) => one.address === other.address)
    .map(([one, other]) => sameAddress(one, other));
};

const sameAddress = (one: OwnAddress, other: OwnAddress): Finding =>
  warning({
    code: "same-address",
    title: `${one.uplink.name} and ${other.uplink.name} both have the address ${one.address}`,
    detail: `What this machine sends from that address leaves by one of the two as long as that one works, even while the other is in use. Local clients are not affected.`,
    remedy: `Give the modem behind ${other.uplink.interface} another network, such as 192.168.87.0/24`,
  });

const sharedNetworks = (facts: MachineFacts): readonly Finding[] | null => {
  const all = uplinkNetworks(facts);
  if (areOnOneInterface(all)) return null;
  return apartPairs(all)
    .filter(([one, other]) => overlap(one.network, other.network))
    .map(([one, other]) => shared(one, other));
};

const areOnOneInterface = (all: readonly Owned[]): boolean => new Set(all.map(interfaceOf)).size < 2;

/** Each two of different interfaces: uplinks that share one have its addresses in common. */
const apartPairs = <T extends Owned>(all: readonly T[]): readonly (readonly [T, T])[] =>
  all.flatMap((one, place) =>
    all.slice(place + 1).flatMap((other) => (interfaceOf(one) === interfaceOf(other) ? [] : [[one, other] as const])),
  );

const interfaceOf = ({ uplink }: Owned): string => uplink.interface;

const shared = (one: OwnNetwork, other: OwnNetwork): Finding =>
  note({
    code: "same-subnet",
    title: `${one.uplink.name} and ${other.uplink.name} both are in ${formatNetwork(one.network)}`,
    detail: `Failover works, since each uplink has a routing table of its own; but this machine reaches neighbours in that network, such as a modem's page, by one of the two only. If ${one.link.name} and ${other.link.name} hang on one switch, each would also answer ARP for the other.`,
    remedy:
      "Nothing, or give one modem another network; on one switch: sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
  });

const overlappingLocals = (facts: MachineFacts): readonly Finding[] | null => {
  const locals = [...localNetworks(facts, "ipv4"), ...localNetworks(facts, "ipv6")];
  const uplinks = uplinkNetworks(facts);
  if (locals.length === 0 || uplinks.length === 0) return null;
  return locals.flatMap((local) =>
    uplinks.filter((ours) => overlap(local.network, ours.network)).map((ours) => overlapping(local, ours)),
  );
};

const overlapping = (local: Attached, ours: OwnNetwork): Finding => {
  const [inner, outer] = [formatNetwork(local.network), formatNetwork(ours.network)];
  return warning({
    code: "local-overlaps-uplink",
    title: `${inner} on ${local.link.name} overlaps ${outer} of ${ours.uplink.name} (${ours.link.name})`,
    detail:
      "An address in both can be reached on one side only: replies to local clients, or packets to the gateway, may leave by the wrong interface.",
    remedy: `Give the modem behind ${ours.link.name} another network, such as 192.168.87.0/24, or renumber ${local.link.name}`,
  });
};
