import type { Family } from "../family.ts";
import { inFamily } from "../network.ts";
import { type EssentialSettings, essentialChains, type SparedUplink } from "./essential.ts";
import { ANCHORED, hex, MARK_MASK, markOf, NUMBER_MASK } from "./mark.ts";
import type { PrefixPair } from "./translation.ts";

/** What our nft table needs to know of an uplink. */
export interface FirewallUplink {
  /** 1..31. */
  readonly number: number;
  readonly interface: string;
  /** Where others use the interface too: the gateways, as next hops, by which this uplink's packets are known. */
  readonly beside: Readonly<Record<Family, string | null>> | null;
  /** The families whose packets are masqueraded as they leave. */
  readonly masquerade: readonly Family[];
  /** IPv4 networks that are masqueraded in any case. */
  readonly foreign: readonly string[];
  /** IPv6 prefixes that stand for each other. */
  readonly prefixes: readonly PrefixPair[];
  /** Destinations whose packets are no sign of the line: they always go this way, perhaps only to the modem. */
  readonly aside: readonly string[];
  /** What alone may leave here; null: everything. */
  readonly essential: EssentialSettings | null;
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
      ...uplinks.flatMap(anchorInbound),
      ...uplinks.flatMap(countReplies),
      ...uplinks.map(restoreMark),
    ]),
    ...chain("output", "type route hook output priority mangle", [
      ANCHOR_PROBES,
      ...uplinks.map((uplink) => `${UNMARKED} ${restoreMark(uplink)}`),
      ...uplinks.flatMap(withoutRedirects),
    ]),
    ...chain("postrouting", "type filter hook postrouting priority mangle", [
      ...besideFirst(uplinks).flatMap((uplink) => markLeaving(uplink, uplinks)),
      ...uplinks.flatMap(countLeaving),
    ]),
    ...chain("entering_prefixes", "type nat hook prerouting priority dstnat", uplinks.flatMap(enterPrefixes)),
    ...chain("masquerade_uplinks", "type nat hook postrouting priority srcnat", [
      ...uplinks.flatMap(leavePrefixes),
      ...uplinks.flatMap(masquerade),
    ]),
    ...essentialChains(uplinks.flatMap(spared), `ct mark and ${hex(ANCHORED)}`),
    "}",
    "",
  ].join("\n");

const spared = (uplink: FirewallUplink): readonly SparedUplink[] => {
  const { number, aside, essential } = uplink;
  if (essential === null) return [];
  return [{ number, aside, essential, leaving: [...new Set(BOTH.flatMap((family) => leaving(uplink, family)))] }];
};

const chain = (name: string, hook: string, rules: readonly string[]): readonly string[] =>
  rules.length === 0
    ? []
    : [`  chain ${name} {`, `    ${hook}; policy accept;`, ...rules.map((rule) => `    ${rule}`), "  }"];

/** Everything but our bits. */
const OTHERS = hex(~MARK_MASK);

const BOTH: readonly Family[] = ["ipv4", "ipv6"];

const counters = ({ number }: FirewallUplink): readonly string[] =>
  BOTH.flatMap((family) =>
    (["sent", "received"] as const).map((direction) => `  counter ${counterName({ number, family, direction })} { }`),
  );

/**
 * A flow that begins outside belongs to the uplink through which it came in. On an interface that others use too nobody
 * can tell whether it did.
 */
const anchorInbound = ({ number, interface: name, beside }: FirewallUplink): readonly string[] =>
  beside === null
    ? [`iifname "${name}" ct state new ct mark set ct mark and ${OTHERS} or ${hex(markOf(number) | ANCHORED)}`]
    : [];

/** The uplink's packets as they leave; none in a family that it lacks. */
const leaving = ({ interface: name, beside }: FirewallUplink, family: Family): readonly string[] => {
  if (beside === null) return [`oifname "${name}"`];
  const gateway = beside[family];
  return gateway === null ? [] : [`oifname "${name}" rt ${family === "ipv4" ? "ip" : "ip6"} nexthop ${gateway}`];
};

/**
 * A packet that leaves by the interface that it came in by makes the kernel tell its sender of the shorter way, past us:
 * whoever heeds that is lost to every later switch. IPv6 has no setting for it.
 */
const withoutRedirects = ({ interface: name, beside }: FirewallUplink): readonly string[] =>
  beside === null
    ? []
    : [`oifname "${name}" icmp type redirect drop`, `oifname "${name}" icmpv6 type nd-redirect drop`];

/** An interface of one uplink may be where another's second router is: the more exact rules first. */
const besideFirst = (uplinks: readonly FirewallUplink[]): readonly FirewallUplink[] =>
  uplinks.toSorted((a, b) => Number(a.beside === null) - Number(b.beside === null));

/** Our probes carry an anchored mark from their socket: they count as nobody's traffic. */
const ANCHOR_PROBES = `ct state new meta mark and ${hex(ANCHORED)} != 0 ct mark set meta mark`;

/**
 * Who marks his own packets does so for a rule of his, which may ask for all bits: wg-quick leads whatever lacks WireGuard's
 * exact mark into the tunnel, its own packets too. These keep to their uplink by their source address.
 */
const UNMARKED = `meta mark and ${OTHERS} == 0`;

const restoreMark = ({ number }: FirewallUplink): string =>
  `ct mark and ${hex(NUMBER_MASK)} == ${hex(markOf(number))} meta mark set meta mark and ${OTHERS} or ${hex(markOf(number))}`;

/**
 * A flow gets the mark of the uplink that it crosses first, and keeps it. One that the kernel sends elsewhere, because its
 * uplink has no carrier, still bears the translation that was made for its own: only the flush, which goes by the mark,
 * lets it start anew. What bears the number of an uplink that is configured no more counts as unmarked.
 */
const markLeaving = (uplink: FirewallUplink, uplinks: readonly FirewallUplink[]): readonly string[] => {
  const known = uplinks.map(({ number }) => hex(markOf(number))).join(", ");
  const unknown = `ct mark and ${hex(NUMBER_MASK)} != { ${known} }`;
  const matches = new Set(BOTH.flatMap((family) => leaving(uplink, family)));
  return [...matches].map(
    (match) => `${match} ${unknown} ct mark set ct mark and ${OTHERS} or ${hex(markOf(uplink.number))}`,
  );
};

const countLeaving = (uplink: FirewallUplink): readonly string[] =>
  BOTH.flatMap((family) =>
    leaving(uplink, family).map((name) =>
      counting(uplink, { name, family, way: "original", end: "daddr", direction: "sent" }),
    ),
  );

const countReplies = (uplink: FirewallUplink): readonly string[] =>
  BOTH.map((family) =>
    counting(uplink, {
      name: comingBack(uplink),
      family,
      way: "reply",
      end: "saddr",
      direction: "received",
    }),
  );

const comingBack = ({ interface: name, beside, number }: FirewallUplink): string =>
  beside === null ? `iifname "${name}"` : `iifname "${name}" ct mark and ${hex(NUMBER_MASK)} == ${hex(markOf(number))}`;

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
  const own = inFamily(aside, family);
  return own.length === 0 ? [] : [`${family === "ipv4" ? "ip" : "ip6"} ${end} != { ${own.join(", ")} }`];
};

const masquerade = (uplink: FirewallUplink): readonly string[] => [
  ...(uplink.foreign.length === 0 || uplink.masquerade.includes("ipv4")
    ? []
    : leaving(uplink, "ipv4").map((match) => `${match} ip saddr { ${uplink.foreign.join(", ")} } masquerade`)),
  ...uplink.masquerade.flatMap((family) =>
    leaving(uplink, family).map((match) => `${match} meta nfproto ${family} masquerade`),
  ),
];

const leavePrefixes = (uplink: FirewallUplink): readonly string[] =>
  leaving(uplink, "ipv6").flatMap((match) =>
    uplink.prefixes.map(({ inner, outer }) => `${match} ip6 saddr ${inner} snat ip6 prefix to ${outer}`),
  );

/** The router's own address may lie within the outer prefix, and is nobody else's. */
const enterPrefixes = ({ interface: name, prefixes }: FirewallUplink): readonly string[] =>
  prefixes.map(
    ({ inner, outer }) => `iifname "${name}" ip6 daddr ${outer} fib daddr type != local dnat ip6 prefix to ${inner}`,
  );
