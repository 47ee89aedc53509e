import type { PairFile, PairKeys } from "./pair.ts";
import type { PairRequest } from "./request.ts";
import { addressLine, FAR_NUMBER, tunnelHosts } from "./tunnel.ts";

/** The files of the router, which has the fixed line and the LTE line. Never throws. */
export const routerFiles = (request: PairRequest, keys: PairKeys): readonly PairFile[] => [
  { end: "router", path: "/etc/wireguard/wg0.conf", mode: "600", append: false, text: tunnelText(request, keys) },
  { end: "router", path: "/etc/wan-failover/config.yaml", mode: "644", append: false, text: configText(request) },
];

/**
 * Without the last route, packets to the far end would enter the tunnel itself whenever the LTE line is gone: a loop. wg-quick
 * writes no route of its own, since all addresses are allowed.
 */
const tunnelText = (request: PairRequest, keys: PairKeys): string => {
  const { endpoint } = request;
  const publicKey = keys.static?.publicKey ?? request.staticKey;
  return `# The tunnel to the static end. What takes it is decided by wan-failover, hence no routes here, but for one: the tunnel
# itself takes the LTE line (\`routes\` in config.yaml) or none.
[Interface]
${addressLine(request, request.box)}
PrivateKey = ${keys.router.privateKey}
Table = off
PostUp = ip route replace unreachable ${endpoint.address} metric 1000
PostDown = ip route del unreachable ${endpoint.address} metric 1000

[Peer]
PublicKey = ${publicKey}
Endpoint = ${endpoint.address}:${endpoint.port}
AllowedIPs = 0.0.0.0/0${request.tunnel.ipv6 === null ? "" : ", ::/0"}
PersistentKeepalive = 25
`;
};

const configText = (request: PairRequest): string => {
  const { tunnel, uplink, lte, lteAddress, endpoint } = request;
  const far = tunnelHosts(request, FAR_NUMBER);
  const local = tunnel.ipv6 !== null;
  return `uplinks:
  - name: fiber
    interface: ${uplink}
    nat: true
${local ? "    ipv6: { translate: masquerade } # or { npt: PREFIX }, where the provider delegates one\n" : ""}
  - name: tunnel
    interface: wg0
    metered: true
    ipv4: { gateway: ${far.ipv4} } # the static end translates, so \`nat\` stays off
    ipv6: ${far.ipv6 === null ? "{ method: none }" : `{ gateway: "${far.ipv6}" }`}

  - name: lte # carries the tunnel; and everything, as the last resort, should the static end fail
    interface: ${lte}
    metered: true
    nat: true
    ipv4: ${lteAddress === null ? "{ method: dhcp }" : `{ method: static, address: ${lteAddress.address}, gateway: ${lteAddress.gateway} }`}
    ipv6: { method: none }
    routes: [${endpoint.address}] # the static end: the tunnel never takes another line
`;
};
