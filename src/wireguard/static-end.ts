import { type Networks, spelt } from "./address.ts";
import { boxTable } from "./box-table.ts";
import type { PairFile, PairKeys } from "./pair.ts";
import type { PairRequest } from "./request.ts";
import { addressLine, FAR_NUMBER, tunnelHosts } from "./tunnel.ts";

/** The files of the static end; of one that is there already, what it needs for one more box. Never throws. */
export const staticFiles = (request: PairRequest, keys: PairKeys): readonly PairFile[] => {
  const peer = peerText(request, keys.router.publicKey);
  const interfaceText = keys.static === null ? "\n" : `${interfaceLines(request, keys.static.privateKey)}\n`;
  return [
    {
      end: "static",
      path: "/etc/wireguard/wg0.conf",
      mode: "600",
      append: keys.static === null,
      text: interfaceText + peer,
    },
    {
      end: "static",
      path: tablePath(request.box),
      mode: "644",
      append: false,
      text: boxTable(request),
    },
    ...(keys.static === null ? [] : [forwarding(request)]),
  ];
};

const interfaceLines = (request: PairRequest, privateKey: string): string =>
  `# The static end of the tunnels: one peer for each router, and a table of nftables for each in wg0-box*.nft.
[Interface]
${addressLine(request, FAR_NUMBER)}
ListenPort = ${request.endpoint.port}
PrivateKey = ${privateKey}
PostUp = for box in /etc/wireguard/%i-box*.nft; do nft -f "$box"; done
`;

const peerText = (request: PairRequest, publicKey: string): string => {
  const { ipv4, ipv6 } = tunnelHosts(request, request.box);
  const allowed = [`${ipv4}/32`, ...(ipv6 === null ? [] : [`${ipv6}/128`]), ...lanNetworks(request.lan)];
  return `[Peer] # box ${request.box}
PublicKey = ${publicKey}
AllowedIPs = ${allowed.join(", ")}
`;
};

const lanNetworks = ({ ipv4, ipv6 }: Networks): readonly string[] =>
  [ipv4, ...(ipv6 === null ? [] : [ipv6])].map(spelt);

const FORWARDING = "/etc/sysctl.d/60-wan-failover.conf";

/** What to run on a new static end. */
export const STATIC_START: readonly string[] = [`sysctl -p ${FORWARDING}`, "systemctl enable --now wg-quick@wg0"];

/** What to run on one that is there: a reload adds the peer, but no routes. Never throws. */
export const staticAddition = ({ box, lan }: PairRequest): readonly string[] => [
  "systemctl reload wg-quick@wg0",
  ...lanNetworks(lan).map((network) => `ip route replace ${network} dev wg0`),
  `nft -f ${tablePath(box)}`,
];

const tablePath = (box: number): string => `/etc/wireguard/wg0-box${box}.nft`;

/** A machine that forwards IPv6 stops listening to router advertisements, and so loses its own default, unless told to go on. */
const forwarding = ({ tunnel, staticInterface }: PairRequest): PairFile => ({
  end: "static",
  path: FORWARDING,
  mode: "644",
  append: false,
  text: [
    "net.ipv4.ip_forward = 1",
    ...(tunnel.ipv6 === null
      ? []
      : ["net.ipv6.conf.all.forwarding = 1", `net.ipv6.conf.${staticInterface.replaceAll(".", "/")}.accept_ra = 2`]),
    "",
  ].join("\n"),
});
