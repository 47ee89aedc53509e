import type { Family } from "./family.ts";
import { ANCHORED, MARK_MASK, markOf, NUMBER_MASK } from "./mark.ts";
import type { PrefixPair } from "./translation.ts";

/** What our nft table needs to know of an uplink. */
export interface FirewallUplink {
  /** 1..31. */
  readonly number: number;
  readonly interface: string;
  /** The families whose packets are masqueraded as they leave. */
  readonly masquerade: readonly Family[];
  /** IPv4 networks that are masqueraded in any case. */
  readonly foreign: readonly string[];
  /** IPv6 prefixes that stand for each other. */
  readonly prefixes: readonly PrefixPair[];
  /** Destinations whose packets are no sign of the line: they always go this way, perhaps only to the modem. */
  readonly aside: readonly string[];
}

/** Our table's name, in the family `inet`. */
export const FIREWALL_TABLE = "wan_failover";

/** The named counter of an uplink's user packets. Never throws. */
export const counterName = (uplink: { number: number; family: Family; direction: "sent" | "received" }): string =>
  `uplink${uplink.number}_${uplink.family}_${uplink.direction}`;

/**
 * The text of our table, to be loaded in one transaction. It marks a flow with the number of the uplink that it
 * first crosses, carries that mark over to its packets so that they keep to that uplink, counts the user packets
 * that leave and the replies that come in, and translates addresses where asked to. Bits that are not ours stay as they are.
 * Never throws.
 */
export const firewallRuleset = (uplinks: readonly FirewallUplink[]): string =>
  [
    `table inet ${FIREWALL_TABLE}`,
    `delete table inet ${FIREWALL_TABLE}`,
    `table inet ${FIREWALL_TABLE} {`,
    ...uplinks.flatMap(counters),
    ...chain("prerouting", "type filter hook prerouting priority mangle", [
      ...uplinks.map(anchorInbound),
      ...uplinks.flatMap(countReplies),
      ...uplinks.map(restoreMark),
    ]),
    ...chain("output", "type route hook output priority mangle", [ANCHOR_PROBES, ...uplinks.map(restoreMark)]),
    ...chain("postrouting", "type filter hook postrouting priority mangle", [
      ...uplinks.map((uplink) => markLeaving(uplink, uplinks)),
      ...uplinks.flatMap(countLeaving),
    ]),
    ...chain("entering_prefixes", "type nat hook prerouting priority dstnat", uplinks.flatMap(enterPrefixes)),
    ...chain("masquerade_uplinks", "type nat hook postrouting priority srcnat", [
      ...uplinks.flatMap(leavePrefixes),
      ...uplinks.flatMap(masquerade),
    ]),
    "}",
    "",
  ].join("\n");

const chain = (name: string, hook: string, rules: readonly string[]): readonly string[] =>
  rules.length === 0
    ? []
    : [`  chain ${name} {`, `    ${hook}; policy accept;`, ...rules.map((rule) => `    ${rule}`), "  }"];

const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, "0")}`;

/** Everything but our bits. */
const OTHERS = hex(~MARK_MASK);

const BOTH: readonly Family[] = ["ipv4", "ipv6"];

const counters = ({ number }: FirewallUplink): readonly string[] =>
  BOTH.flatMap((family) =>
    (["sent", "received"] as const).map((direction) => `  counter ${counterName({ number, family, direction })} { }`),
  );

/** A flow that begins outside belongs to the uplink through which it came in. */
const anchorInbound = ({ number, interface: name }: FirewallUplink): string =>
  `iifname "${name}" ct state new ct mark set ct mark and ${OTHERS} or ${hex(markOf(number) | ANCHORED)}`;

/** Our probes carry an anchored mark from their socket: they count as nobody's traffic. */
const ANCHOR_PROBES = `ct state new meta mark and ${hex(ANCHORED)} != 0 ct mark set meta mark`;

const restoreMark = ({ number }: FirewallUplink): string =>
  `ct mark and ${hex(NUMBER_MASK)} == ${hex(markOf(number))} meta mark set meta mark and ${OTHERS} or ${hex(markOf(number))}`;

/**
 * A flow gets the mark of the uplink that it crosses first, and keeps it. One that the kernel sends elsewhere, because its
 * uplink has no carrier, still bears the translation that was made for its own: only the flush, which goes by the mark,
 * lets it start anew. What bears the number of an uplink that is configured no more counts as unmarked.
 */
const markLeaving = ({ number, interface: name }: FirewallUplink, uplinks: readonly FirewallUplink[]): string => {
  const known = uplinks.map((uplink) => hex(markOf(uplink.number))).join(", ");
  return `oifname "${name}" ct mark and ${hex(NUMBER_MASK)} != { ${known} } ct mark set ct mark and ${OTHERS} or ${hex(markOf(number))}`;
};

const countLeaving = (uplink: FirewallUplink): readonly string[] =>
  BOTH.map((family) =>
    counting(uplink, {
      name: `oifname "${uplink.interface}"`,
      family,
      way: "original",
      end: "daddr",
      direction: "sent",
    }),
  );

const countReplies = (uplink: FirewallUplink): readonly string[] =>
  BOTH.map((family) =>
    counting(uplink, {
      name: `iifname "${uplink.interface}"`,
      family,
      way: "reply",
      end: "saddr",
      direction: "received",
    }),
  );

interface Counting {
  readonly name: string;
  readonly family: Family;
  readonly way: "original" | "reply";
  /** Where in these packets the far end's address stands. */
  readonly end: "saddr" | "daddr";
  readonly direction: "sent" | "received";
}

const counting = ({ number, aside }: FirewallUplink, { name, family, way, end, direction }: Counting): string =>
  [
    `${name} meta nfproto ${family} ct direction ${way} ct mark and ${hex(ANCHORED)} == 0`,
    ...exceptions(aside, family, end),
    `counter name "${counterName({ number, family, direction })}"`,
  ].join(" ");

const exceptions = (aside: readonly string[], family: Family, end: Counting["end"]): readonly string[] => {
  const own = aside.filter((network) => network.includes(":") === (family === "ipv6"));
  return own.length === 0 ? [] : [`${family === "ipv4" ? "ip" : "ip6"} ${end} != { ${own.join(", ")} }`];
};

const masquerade = ({ interface: name, masquerade: families, foreign }: FirewallUplink): readonly string[] => [
  ...(foreign.length === 0 || families.includes("ipv4")
    ? []
    : [`oifname "${name}" ip saddr { ${foreign.join(", ")} } masquerade`]),
  ...families.map((family) => `oifname "${name}" meta nfproto ${family} masquerade`),
];

const leavePrefixes = ({ interface: name, prefixes }: FirewallUplink): readonly string[] =>
  prefixes.map(({ inner, outer }) => `oifname "${name}" ip6 saddr ${inner} snat ip6 prefix to ${outer}`);

/** The router's own address may lie within the outer prefix, and is nobody else's. */
const enterPrefixes = ({ interface: name, prefixes }: FirewallUplink): readonly string[] =>
  prefixes.map(
    ({ inner, outer }) => `iifname "${name}" ip6 daddr ${outer} fib daddr type != local dnat ip6 prefix to ${inner}`,
  );
