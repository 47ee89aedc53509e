import { formatNetwork, overlap } from "../network.ts";
import type { UplinkSettings } from "../settings.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, note, warning } from "./finding.ts";
import { type Attached, linkOf, localNetworks, networksOf, uplinksOf } from "./topology.ts";

/** Networks that are in two places. */
export const ADDRESS_CHECKS: readonly Check[] = [
  { topic: "Uplinks", title: "each uplink has a network of its own", examine: (facts) => sharedNetworks(facts) },
  { topic: "Uplinks", title: "no local network overlaps an uplink's", examine: (facts) => overlappingLocals(facts) },
];

interface Ours extends Attached {
  readonly uplink: UplinkSettings;
}

const uplinkNetworks = (facts: MachineFacts): readonly Ours[] =>
  uplinksOf(facts).flatMap((uplink) => {
    const link = linkOf(facts, uplink);
    return link === undefined ? [] : networksOf(facts, link).map((attached) => ({ ...attached, uplink }));
  });

const sharedNetworks = (facts: MachineFacts): readonly Finding[] | null => {
  const all = uplinkNetworks(facts);
  if (new Set(all.map(({ uplink }) => uplink.name)).size < 2) return null;
  const pairs = all.flatMap((one, place) => all.slice(place + 1).map((other) => ({ one, other })));
  return pairs
    .filter(({ one, other }) => one.uplink !== other.uplink && overlap(one.network, other.network))
    .map(({ one, other }) => shared(one, other));
};

const shared = (one: Ours, other: Ours): Finding =>
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

const overlapping = (local: Attached, ours: Ours): Finding => {
  const [inner, outer] = [formatNetwork(local.network), formatNetwork(ours.network)];
  return warning({
    code: "local-overlaps-uplink",
    title: `${inner} on ${local.link.name} overlaps ${outer} of ${ours.uplink.name} (${ours.link.name})`,
    detail:
      "An address in both can be reached on one side only: replies to local clients, or packets to the gateway, may leave by the wrong interface.",
    remedy: `Give the modem behind ${ours.link.name} another network, such as 192.168.87.0/24, or renumber ${local.link.name}`,
  });
};
