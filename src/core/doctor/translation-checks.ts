import { wantsPrefix } from "../client/client.ts";
import { translate } from "../kernel/translation.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, note, warning } from "./finding.ts";
import { canSend, linkOf, type PlacedUplink, uplinksOf } from "./topology.ts";

/** `translate: { npt: … }` of the uplinks. */
export const TRANSLATION_CHECKS: readonly Check[] = [
  { topic: "Firewall", title: "IPv6 prefixes stand for each other", examine: (facts) => prefixes(facts) },
];

const prefixes = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksOf(facts).filter((uplink) => uplink.prefixes !== null && canSend(facts, uplink, "ipv6"));
  if (uplinks.length === 0) return null;
  return uplinks.flatMap((uplink) => [...incomplete(facts, uplink), ...onLink(facts, uplink)]);
};

const incomplete = (facts: MachineFacts, uplink: PlacedUplink): readonly Finding[] => {
  if (uplink.prefixes === null || isDelegated(uplink)) return [];
  const uplinkInterfaces = uplinksOf(facts).map((one) => one.interface);
  const { problem } = translate({
    settings: uplink.prefixes,
    delegated: null,
    interface: uplink.interface,
    uplinkInterfaces,
    kernel: facts,
  });
  if (problem === null) return [];
  return [
    warning({
      code: "npt-incomplete",
      title: `On ${uplink.name} not every local IPv6 prefix is translated: ${problem}`,
      detail: "Nobody on the internet can reply to what leaves untranslated.",
      remedy: `\`ipv6: { translate: { npt: PREFIX, inside: PREFIX } }\` or \`translate: masquerade\` under the uplink ${uplink.name}`,
    }),
  ];
};

/** Which prefix that is, the daemon's status tells. */
const isDelegated = (uplink: PlacedUplink): boolean => uplink.families.ipv6.method === "dhcp" && wantsPrefix(uplink);

/** On such a link the provider's router asks its neighbours for each host's address (RFC 4861), and nobody answers for ours. */
const onLink = (facts: MachineFacts, uplink: PlacedUplink): readonly Finding[] => {
  if (uplink.prefixes?.outer !== null || isDelegated(uplink) || linkOf(facts, uplink)?.pointToPoint !== false)
    return [];
  return [
    note({
      code: "npt-on-link",
      title: `Local hosts get addresses of the network of ${uplink.interface} itself`,
      detail:
        "Replies come in only if the provider's router sends that whole network here, as mobile networks do (RFC 7278). One that looks for each host on the link finds none.",
      remedy: `If IPv6 doesn't work over ${uplink.name}: the prefix that the provider delegates, as \`npt: PREFIX\`, or \`translate: masquerade\``,
    }),
  ];
};
