import type { Family } from "../core/family.ts";
import { spelt } from "./address.ts";
import type { Inbound } from "./inbound.ts";
import type { PairRequest } from "./request.ts";
import { tunnelHosts } from "./tunnel.ts";

/** How nft calls the families. */
const WORD: Readonly<Record<Family, string>> = { ipv4: "ip", ipv6: "ip6" };

/**
 * What the static end does with the packets of one box, as a table of its own, so that boxes can be added and removed one
 * by one: what comes from the box leaves under the static end's address, and only what is named may come in. Never throws.
 */
export const boxTable = (request: PairRequest): string => {
  const name = `table inet wan_failover_box${request.box}`;
  return [
    `# Box ${request.box}: its networks leave under this machine's address, and what is named below reaches them from outside.`,
    ...[name, `delete ${name}`, `${name} {`],
    ...chain("inbound", "type nat hook prerouting priority dstnat", entering(request)),
    ...chain("outbound", "type nat hook postrouting priority srcnat", leaving(request)),
    ...chain("guard", "type filter hook forward priority filter", guarding(request)),
    "}",
    "",
  ].join("\n");
};

const chain = (name: string, hook: string, rules: readonly string[]): readonly string[] =>
  rules.length === 0
    ? []
    : [`  chain ${name} {`, `    ${hook}; policy accept;`, ...rules.map((rule) => `    ${rule}`), "  }"];

const entering = ({ inbound, prefix, lan, staticInterface }: PairRequest): readonly string[] => {
  const from = `iifname "${staticInterface}"`;
  const translated = inbound.filter(({ family }) => family === "ipv4" || prefix === null);
  return [
    ...translated.map(
      ({ family, protocol, port, ...to }) =>
        `${from} fib daddr type local meta nfproto ${family} ${protocol} dport ${port} dnat ${WORD[family]} to ${placeOf({ family, ...to })}`,
    ),
    ...(prefix === null || lan.ipv6 === null
      ? []
      : [`${from} ip6 daddr ${prefix} fib daddr type != local dnat ip6 prefix to ${spelt(lan.ipv6)}`]),
  ];
};

const placeOf = ({ family, host, hostPort }: Pick<Inbound, "family" | "host" | "hostPort">): string =>
  family === "ipv4" ? `${host}:${hostPort}` : `[${host}]:${hostPort}`;

const leaving = (request: PairRequest): readonly string[] => {
  const out = `oifname "${request.staticInterface}"`;
  const { prefix, lan } = request;
  return [
    `${out} ip saddr { ${networks(request, "ipv4")} } masquerade`,
    ...(lan.ipv6 === null || prefix === null
      ? []
      : [`${out} ip6 saddr ${spelt(lan.ipv6)} snat ip6 prefix to ${prefix}`]),
    ...(lan.ipv6 === null ? [] : [`${out} ip6 saddr { ${networks(request, "ipv6")} } masquerade`]),
  ];
};

/** The box itself and its LAN. */
const networks = (request: PairRequest, family: Family): string => {
  const [host, lan] = [tunnelHosts(request, request.box)[family], request.lan[family]];
  return [host, lan === null ? null : spelt(lan)].filter((one) => one !== null).join(", ");
};

/** TCP is told of the tunnel's smaller packets, in both directions; then only answers and what is named enter the LAN. */
const guarding = (request: PairRequest): readonly string[] => [
  ...["iifname", "oifname"].map((way) => `${way} "wg0" tcp flags syn tcp option maxseg size set rt mtu`),
  'oifname "wg0" ct state established,related accept',
  ...request.inbound.map(
    ({ family, protocol, host, hostPort }) =>
      `oifname "wg0" ${WORD[family]} daddr ${host} ${protocol} dport ${hostPort} accept`,
  ),
  `oifname "wg0" ip daddr { ${networks(request, "ipv4")} } drop`,
  ...(request.lan.ipv6 === null ? [] : [`oifname "wg0" ip6 daddr { ${networks(request, "ipv6")} } drop`]),
];
