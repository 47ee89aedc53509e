import { type Obstacle, obstacles } from "../kernel/destination.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, warning } from "./finding.ts";
import { uplinksOf } from "./topology.ts";

/** The `routes` of the uplinks. */
export const DESTINATION_CHECKS: readonly Check[] = [
  {
    topic: "Routes",
    title: "`routes` of the uplinks take nothing from a local network",
    examine: (facts) => taken(facts),
  },
];

const taken = (facts: MachineFacts): readonly Finding[] | null =>
  uplinksOf(facts).some(({ families }) => families.ipv4.routes.length + families.ipv6.routes.length > 0)
    ? obstacles(uplinksOf(facts), facts).map(swallowing)
    : null;

const swallowing = ({ uplink, destination, interface: name, network }: Obstacle): Finding =>
  warning({
    code: "route-swallows-network",
    title: `${destination}, which should always take ${uplink}, lies within the network of ${name} (${network})`,
    detail: `Hosts there would be sought over ${uplink} instead. The daemon leaves this route out.`,
    remedy: `Remove ${destination} from \`routes\` under the uplink ${uplink}, or give ${name} another network`,
  });
