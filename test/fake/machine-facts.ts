import { parseConfig } from "../../src/config/load.ts";
import { examine } from "../../src/core/doctor/doctor.ts";
import type { MachineFacts, MachineLink, MachineRule } from "../../src/core/doctor/facts.ts";
import type { Finding } from "../../src/core/doctor/finding.ts";
import type { Address, Route } from "../../src/core/kernel/kernel.ts";
import type { Settings } from "../../src/core/settings.ts";

/** A link that is up, not part of another. */
export const link = (index: number, name: string, rest: Partial<MachineLink> = {}): MachineLink => ({
  index,
  name,
  adminUp: true,
  carrier: true,
  pointToPoint: false,
  master: null,
  kind: null,
  ...rest,
});

/** `192.0.2.1/24` on a link; link-local addresses aren't global. */
export const address = (linkIndex: number, text: string): Address => {
  const [bare = "", length] = text.split("/");
  const family = bare.includes(":") ? "ipv6" : "ipv4";
  return {
    family,
    link: linkIndex,
    address: bare,
    peer: null,
    prefixLength: Number(length),
    global: !bare.startsWith("fe80"),
    protocol: 0,
  };
};

/** A static route of table main. */
export const route = (
  destination: string,
  way: { link: number; gateway?: string },
  rest: Partial<Route> = {},
): Route => ({
  family: `${destination}${way.gateway ?? ""}`.includes(":") ? "ipv6" : "ipv4",
  table: 254,
  destination,
  metric: 100,
  protocol: 16,
  type: "unicast",
  hops: [{ gateway: way.gateway ?? null, link: way.link, weight: 1, onlink: false }],
  source: null,
  expiresInMs: null,
  ...rest,
});

/** A rule of nobody in particular that takes everything. */
export const rule = (rest: Partial<MachineRule>): MachineRule => ({
  family: "ipv4",
  priority: 100,
  protocol: 3,
  mark: 0,
  mask: 0,
  table: 100,
  suppressPrefixLength: null,
  general: true,
  ...rest,
});

/** What nft prints for these objects. */
export const listing = (...objects: readonly object[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { version: "1.0.6" } }, ...objects] });

const MASQUERADE = listing(
  { chain: { family: "ip", table: "nat", name: "post", type: "nat", hook: "postrouting", prio: 100 } },
  { rule: { family: "ip", table: "nat", chain: "post", expr: [{ masquerade: null }] } },
);

/** The settings that a config stands for. */
export const settingsOf = (yaml: string): Settings => parseConfig(yaml, "test.yaml").settings;

export const FIBER = 2;
export const LTE = 3;
export const LAN = 4;

const NAMES = ["eth0", "wwan0", "br0"];

const SYSCTLS: Readonly<Record<string, string>> = {
  "net/ipv4/ip_forward": "1",
  "net/ipv6/conf/all/forwarding": "1",
  "net/ipv6/conf/all/disable_ipv6": "0",
  "net/ipv4/conf/all/rp_filter": "0",
  "net/netfilter/nf_conntrack_count": "100",
  "net/netfilter/nf_conntrack_max": "65536",
  "net/netfilter/nf_conntrack_tcp_loose": "1",
  ...Object.fromEntries(
    NAMES.flatMap((name) => [
      [`net/ipv4/conf/${name}/forwarding`, "1"],
      [`net/ipv4/conf/${name}/rp_filter`, "0"],
      [`net/ipv4/conf/${name}/ignore_routes_with_linkdown`, "0"],
      [`net/ipv6/conf/${name}/forwarding`, "1"],
      [`net/ipv6/conf/${name}/accept_ra`, "2"],
      [`net/ipv6/conf/${name}/disable_ipv6`, "0"],
    ]),
  ),
};

/** A router with two uplinks, fiber (eth0) and lte (wwan0), and a LAN (br0), on which all is well. */
export const healthy: MachineFacts = {
  settings: settingsOf(
    "uplinks:\n  - { name: fiber, interface: eth0, ipv6: { method: none } }\n  - { name: lte, interface: wwan0, ipv6: { method: none } }\n",
  ),
  links: [link(1, "lo"), link(FIBER, "eth0"), link(LTE, "wwan0"), link(LAN, "br0", { kind: "bridge" })],
  addresses: [
    { ...address(1, "127.0.0.1/8"), global: false },
    address(FIBER, "203.0.113.2/30"),
    address(LTE, "198.51.100.2/24"),
    address(LAN, "192.168.1.1/24"),
  ],
  routes: [
    route("default", { link: FIBER, gateway: "203.0.113.1" }),
    route("default", { link: LTE, gateway: "198.51.100.1" }, { metric: 200 }),
  ],
  rules: [
    rule({ priority: 0, protocol: 2, table: 255 }),
    rule({ priority: 32766, protocol: 2, table: 254 }),
    rule({ priority: 32767, protocol: 2, table: 253 }),
  ],
  sysctls: SYSCTLS,
  sysctlsReadOnly: false,
  capabilities: { netAdmin: true, netRaw: true },
  modules: { nf_conntrack: "present", nf_conntrack_netlink: "present", nf_tables: "present" },
  nft: { library: true, command: true, listing: MASQUERADE, problem: null },
  iptables: { legacyTables: { ipv4: [], ipv6: [] }, listings: [] },
  programs: ["systemd", "sshd"],
  dhcpClients: { ipv4: true, ipv6: true },
  networkdSettings: [],
  daemon: { running: true, ranBefore: true },
  unreadable: [],
};

/** The same router with both families: global addresses from a provider on fiber and lte, unique local ones on the LAN. */
export const dualStack: MachineFacts = {
  ...healthy,
  settings: settingsOf(
    "uplinks:\n  - { name: fiber, interface: eth0, ipv6: { translate: masquerade } }\n  - { name: lte, interface: wwan0, ipv6: { translate: masquerade } }\n",
  ),
  addresses: [
    ...healthy.addresses,
    address(FIBER, "2001:db8:1::2/64"),
    address(LTE, "2001:db8:2::2/64"),
    address(LAN, "fd00:1::1/64"),
  ],
  routes: [
    ...healthy.routes,
    route("default", { link: FIBER, gateway: "fe80::1" }, { protocol: 9, metric: 1024, expiresInMs: 1_800_000 }),
    route("default", { link: LTE, gateway: "fe80::1" }, { protocol: 9, metric: 1025, expiresInMs: 1_800_000 }),
  ],
};

/** The findings on a machine that differs from another. */
export const findings = (changes: Partial<MachineFacts>, base: MachineFacts = healthy): readonly Finding[] =>
  examine({ ...base, ...changes });

/** `warning no-nat`: what was found, in short. */
export const found = (changes: Partial<MachineFacts>, base: MachineFacts = healthy): readonly string[] =>
  findings(changes, base).map(({ level, code }) => `${level} ${code}`);

/** The sysctls of the healthy machine but for some. */
export const sysctls = (changes: Readonly<Record<string, string>>): MachineFacts["sysctls"] => ({
  ...SYSCTLS,
  ...changes,
});

/** The healthy machine's sysctls without those whose name begins so. */
export const sysctlsWithout = (beginning: string): MachineFacts["sysctls"] =>
  Object.fromEntries(Object.entries(SYSCTLS).filter(([name]) => !name.startsWith(beginning)));
