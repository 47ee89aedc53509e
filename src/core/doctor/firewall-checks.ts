import type { Family } from "../family.ts";
import { hex, MARK_MASK } from "../kernel/mark.ts";
import { covers, formatNetwork, isPrivate, type Network, parseNetwork } from "../network.ts";
import type { UplinkSettings } from "../settings.ts";
import { list } from "../words.ts";
import type { MachineFacts } from "./facts.ts";
import { type Chain, type Filter, type MarkUse, mayTranslate } from "./filter.ts";
import { type Check, type Finding, note, warning } from "./finding.ts";
import { parseIptablesListing } from "./iptables-listing.ts";
import { parseNftListing } from "./nft-listing.ts";
import { type Attached, canSend, localNetworks, type PlacedUplink, uplinksOf, uplinksUsing } from "./topology.ts";

/** What the firewall does to packets that cross an uplink. */
export const FIREWALL_CHECKS: readonly Check[] = [
  { topic: "Firewall", title: "IPv4 source addresses are translated", examine: (facts) => ipv4Translation(facts) },
  { topic: "Firewall", title: "IPv6 source addresses are valid outside", examine: (facts) => ipv6Translation(facts) },
  { topic: "Firewall", title: "no rule uses mark bits of ours", examine: (facts) => marks(facts) },
  { topic: "Firewall", title: "no strict source check but the kernel's", examine: (facts) => strictSources(facts) },
  { topic: "Firewall", title: "no flow table takes traffic off the uplinks", examine: (facts) => flowTables(facts) },
];

/** null where the rules couldn't be listed. */
const filterOf = (facts: MachineFacts): Filter | null => {
  const filter = facts.nft.listing === null ? null : parseNftListing(facts.nft.listing);
  if (filter === null) return null;
  const old = facts.iptables.listings.flatMap(({ family, text }) => parseIptablesListing(text, family));
  return { ...filter, chains: [...filter.chains, ...old] };
};

/** The old iptables translates, but nothing here could list its rules. */
const isHidden = ({ iptables }: MachineFacts, family: Family): boolean =>
  iptables.legacyTables[family].includes("nat") && !iptables.listings.some((listing) => listing.family === family);

/** The networks whose packets are forwarded at all. */
const routedNetworks = (facts: MachineFacts, family: Family): readonly Attached[] =>
  localNetworks(facts, family).filter(({ link }) => {
    const name = family === "ipv4" ? `net/ipv4/conf/${link.name}/forwarding` : "net/ipv6/conf/all/forwarding";
    return facts.sysctls[name] !== "0";
  });

interface Untranslated {
  readonly uplink: PlacedUplink;
  readonly local: Attached;
}

const untranslated = (facts: MachineFacts, filter: Filter, family: Family): readonly Untranslated[] => {
  const locals = routedNetworks(facts, family).filter(({ network }) => isPrivate(network));
  return uplinksUsing(facts, family)
    .flatMap((uplink) => locals.map((local) => ({ uplink, local })))
    .filter(({ uplink, local }) => !weTranslate(uplink, local.network))
    .filter(({ uplink, local }) => !mayTranslate(filter.chains, leaving(family, uplink, local)));
};

/** What a prefix translation leaves out has a check of its own. */
const weTranslate = ({ families, foreign, prefixes }: UplinkSettings, network: Network): boolean =>
  families[network.family].masquerade ||
  (network.family === "ipv6"
    ? prefixes !== null
    : foreign.some((text) => {
        const around = parseNetwork(text, "ipv4");
        return around !== null && covers(around, network);
      }));

const leaving = (family: Family, uplink: PlacedUplink, { link, network }: Attached) => ({
  family,
  enters: link.name,
  leaves: uplink.interface,
  source: network,
});

const describeNetworks = (all: readonly Untranslated[]): string =>
  list([...new Set(all.map(({ local }) => `${formatNetwork(local.network)} (${local.link.name})`))]);

const byUplink = (all: readonly Untranslated[], describe: (name: string, own: readonly Untranslated[]) => Finding) =>
  [...new Set(all.map(({ uplink }) => uplink.name))].map((name) =>
    describe(
      name,
      all.filter(({ uplink }) => uplink.name === name),
    ),
  );

const ipv4Translation = (facts: MachineFacts): readonly Finding[] | null => {
  const filter = filterOf(facts);
  if (filter === null || routedNetworks(facts, "ipv4").length === 0 || uplinksOf(facts).length === 0) return null;
  const all = untranslated(facts, filter, "ipv4");
  if (all.length > 0 && isHidden(facts, "ipv4")) return [HIDDEN];
  return byUplink(all, noNat);
};

const HIDDEN = note({
  code: "legacy-iptables",
  title: "The tables of the old iptables are in use and could not be listed",
  detail: "Whether they translate what leaves by each uplink was not examined.",
  remedy: "iptables-legacy-save -t nat",
});

const noNat = (name: string, all: readonly Untranslated[]): Finding =>
  warning({
    code: "no-nat",
    title: `No rule translates what leaves by ${name} from ${describeNetworks(all)}`,
    detail:
      "These are private addresses, to which nobody on the internet can reply: unless the provider's router translates them, local clients have no connection over this uplink.",
    remedy: `\`nat: true\` under the uplink ${name}`,
  });

const ipv6Translation = (facts: MachineFacts): readonly Finding[] | null => {
  const filter = filterOf(facts);
  const uplinks = uplinksOf(facts).filter((uplink) => canSend(facts, uplink, "ipv6"));
  const locals = routedNetworks(facts, "ipv6");
  if (filter === null || locals.length === 0 || uplinks.length === 0 || isHidden(facts, "ipv6")) return null;
  const names = uplinks.map(({ name }) => name);
  const all = untranslated(facts, filter, "ipv6").filter(({ uplink }) => names.includes(uplink.name));
  const onlyPrivate = locals.every(({ network }) => isPrivate(network));
  return onlyPrivate ? byUplink(all, noIPv6Translation) : providersAddresses(filter, uplinks, locals);
};

const noIPv6Translation = (name: string, all: readonly Untranslated[]): Finding =>
  warning({
    code: "no-ipv6-translation",
    title: `Local networks have unique local IPv6 addresses only, and no rule translates what leaves by ${name}`,
    detail: `Nobody on the internet can reply to ${describeNetworks(all)} (RFC 4193), so that local clients have no IPv6 over this uplink.`,
    remedy: `\`ipv6: { translate: masquerade }\` under the uplink ${name}`,
  });

/** Providers drop sources that aren't theirs (RFC 2827, BCP 38). */
const providersAddresses = (
  filter: Filter,
  uplinks: readonly PlacedUplink[],
  locals: readonly Attached[],
): readonly Finding[] => {
  const plain = uplinks.filter(
    (uplink) =>
      !uplink.families.ipv6.masquerade &&
      locals.some((local) => !isPrivate(local.network) && !mayTranslate(filter.chains, leaving("ipv6", uplink, local))),
  );
  if (plain.length < 2) return [];
  return [
    note({
      code: "ipv6-provider-addresses",
      title: `Local networks have public IPv6 addresses, and no rule translates them on ${list(plain.map(({ name }) => name))}`,
      detail:
        "Addresses that one provider gave are dropped by the other, so that after a failover clients fall back to IPv4. Addresses of your own that both providers route are fine.",
      remedy: "`ipv6: { translate: masquerade }` under every uplink that the addresses don't belong to",
    }),
  ];
};

interface MarkUser {
  readonly table: string;
  readonly use: MarkUse;
}

const marks = (facts: MachineFacts): readonly Finding[] | null => {
  const filter = filterOf(facts);
  if (filter === null) return null;
  const users = filter.chains.flatMap((chain) => usersIn(chain));
  return [...new Set(users.map(({ table }) => table))].map((table) =>
    markFinding(
      table,
      users.filter((user) => user.table === table).map(({ use }) => use),
    ),
  );
};

const usersIn = (chain: Chain): readonly MarkUser[] =>
  chain.rules
    .flatMap((rule) => rule.marks)
    .filter(({ bits }) => (bits & MARK_MASK) !== 0)
    .map((use) => ({ table: chain.table, use }));

const OURS = hex(MARK_MASK);
const OTHERS = hex(~MARK_MASK);

const markFinding = (table: string, uses: readonly MarkUse[]): Finding => {
  const kinds = [...new Set(uses.map(({ of, does }) => `${does} the ${of} mark`))];
  return warning({
    code: "mark-in-use",
    title: `A rule in table ${table} ${list(kinds)} in bits that are ours (${OURS})`,
    detail: `They hold the number of a flow's uplink. ${consequences(uses)}`,
    remedy: `Let these rules leave the bits alone: \`meta mark set meta mark and ${OURS} or 0x1\`, \`meta mark and ${OTHERS} == 0x1\`; of iptables: --set-xmark 0x1/0xff, --mark 0x1/0xff, --save-mark --mask 0xff`,
  });
};

const consequences = (uses: readonly MarkUse[]): string => {
  const does = new Set(uses.map((use) => use.does));
  return [
    ...(does.has("sets") ? ["Where they are overwritten, a running flow may leave its uplink."] : []),
    ...(does.has("compares") ? ["A comparison with all bits fails once a flow is pinned."] : []),
  ].join(" ");
};

/** `fib saddr . iif oif missing drop`, as some firewalls have it. */
const strictSources = (facts: MachineFacts): readonly Finding[] | null => {
  const filter = filterOf(facts);
  if (filter === null) return null;
  const strict = filter.chains.filter((chain) => chain.rules.some((rule) => rule.strictSource));
  return strict.map(({ table, name }) =>
    warning({
      code: "strict-source-check",
      title: `A rule in table ${table}, chain ${name}, does the work of a strict reverse-path filter`,
      detail:
        "It looks for a route back by the interface that a packet came in by, without its mark. An uplink without a default route in table main, as when it is down, may then not hear replies to its probes.",
      remedy: "Let it take the mark into account: `fib saddr . mark . iif oif missing drop`",
    }),
  );
};

const flowTables = (facts: MachineFacts): readonly Finding[] | null => {
  const filter = filterOf(facts);
  const interfaces = uplinksOf(facts).map((uplink) => uplink.interface);
  if (filter === null || interfaces.length === 0) return null;
  return filter.flowTables
    .map(({ name, devices }) => ({ name, uplinks: devices.filter((device) => interfaces.includes(device)) }))
    .filter(({ uplinks }) => uplinks.length > 0)
    .map(({ name, uplinks }) =>
      note({
        code: "flow-table",
        title: `The flow table ${name} handles established flows on ${list(uplinks)}`,
        detail:
          "They pass our counters by, so that their replies don't count as signs of life: failures are found by probes alone, a little later.",
        remedy: "Nothing, or take the uplinks out of the flow table's devices",
      }),
    );
};
