import { FAMILIES } from "../family.ts";
import { inFamily } from "../network.ts";

/** What alone may use a metered uplink while it stands in for a better one. A packet that fits any of these may. */
export interface EssentialSettings {
  /** Where TCP and UDP packets go: `443`, `5060-5061`. */
  readonly ports: readonly string[];
  /** Differentiated services code points, 0..63 (RFC 2474). */
  readonly dscp: readonly number[];
  /** LAN networks whose packets may all pass, in the kernel's spelling. */
  readonly from: readonly string[];
}

/** An uplink that lets only essential packets out. */
export interface SparedUplink {
  /** 1..31. */
  readonly number: number;
  readonly essential: EssentialSettings;
  /** What matches its packets as they leave. */
  readonly leaving: readonly string[];
  /** Destinations that always take it. */
  readonly aside: readonly string[];
}

/**
 * The chains of our table that keep what isn't essential off metered uplinks. What others send through the router alone is
 * looked at: never the router's own packets, nor answers to what came in by the uplink. What is refused hears so at once.
 * `anchored`: the test of a flow's mark for one that is bound to its uplink. Never throws.
 */
export const essentialChains = (uplinks: readonly SparedUplink[], anchored: string): readonly string[] => [
  ...uplinks.flatMap((uplink) => [
    `  chain ${chainOf(uplink)} {`,
    ...rulesOf(uplink).map((rule) => `    ${rule}`),
    "  }",
  ]),
  ...(uplinks.length === 0
    ? []
    : [
        "  chain spare_metered {",
        "    type filter hook forward priority filter; policy accept;",
        ...uplinks.flatMap((uplink) =>
          uplink.leaving.map((match) => `    ${match} ct direction original ${anchored} == 0 jump ${chainOf(uplink)}`),
        ),
        "  }",
      ]),
];

const chainOf = ({ number }: SparedUplink): string => `essential_uplink${number}`;

const rulesOf = ({ essential: { ports, dscp, from }, aside }: SparedUplink): readonly string[] => [
  "ct state related return",
  ...(ports.length === 0 ? [] : [`meta l4proto { tcp, udp } th dport { ${ports.join(", ")} } return`]),
  ...(dscp.length === 0 ? [] : ["ip", "ip6"].map((family) => `${family} dscp { ${dscp.join(", ")} } return`)),
  ...networks("saddr", from),
  ...networks("daddr", aside),
  "meta l4proto tcp reject with tcp reset",
  "reject with icmpx type admin-prohibited",
];

const networks = (end: "saddr" | "daddr", all: readonly string[]): readonly string[] =>
  FAMILIES.flatMap((family) => {
    const own = inFamily(all, family);
    return own.length === 0 ? [] : [`${family === "ipv4" ? "ip" : "ip6"} ${end} { ${own.join(", ")} } return`];
  });
