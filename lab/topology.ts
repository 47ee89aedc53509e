import { isIPv6 } from "node:net";
import type { Family } from "../src/core/family.ts";
import {
  accessOf,
  DOORS,
  ECHO,
  ISP_LINE,
  ISP_RELAY,
  ISP_UPSTREAM,
  isLeased,
  LAN,
  type LabPlan,
  LINK_LOCAL_GATEWAY,
  namespaceOf,
  rolesOf,
  type UplinkFamilyPlan,
  type UplinkPlan,
} from "./plan.ts";

/** Fixed, so that a neighbour still knows the router after its interface was made anew (RFC 7042: locally administered). */
const hardwareAddress = (uplink: UplinkPlan): string => `02:00:5e:00:53:${uplink.index.toString(16).padStart(2, "0")}`;

/** Commands for `ip -batch` become one process. */
export const batch = (commands: readonly string[]): string => `ip -batch - <<'END'\n${commands.join("\n")}\nEND`;

/** As `batch`, for commands that may fail: each is tried. */
export const tolerantBatch = (commands: readonly string[]): string =>
  `ip -force -batch - 2>/dev/null <<'END' || :\n${commands.join("\n")}\nEND`;

const sysctl = (name: string, value: number | string): string => `echo ${value} > /proc/sys/net/${name}`;

/** IPv6 addresses serve at once, without the second or two of duplicate address detection (RFC 4862 § 5.4). */
const WITHOUT_DETECTION = "for file in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 > $file; done";

/** A new namespace inherits the host's IPv4 settings: these are the kernel's own defaults, whatever the host has. */
const IPV4_DEFAULTS = ["all", "default"].flatMap((scope) => [
  sysctl(`ipv4/conf/${scope}/rp_filter`, 0),
  sysctl(`ipv4/conf/${scope}/forwarding`, 0),
]);

const FORWARDING = [sysctl("ipv4/ip_forward", 1), sysctl("ipv6/conf/all/forwarding", 1)];

/** The pair between a router's uplink and its ISP. Its command for `ip` works in any namespace. */
export const lineCommand = (plan: LabPlan, uplink: UplinkPlan): string => {
  const router = `${uplink.name} address ${hardwareAddress(uplink)} netns ${namespaceOf(plan, "router")}`;
  return `link add ${router} type veth peer name ${ISP_LINE} netns ${namespaceOf(plan, uplink.isp)}`;
};

const upstreamCommand = (plan: LabPlan, uplink: UplinkPlan): string =>
  `link add ${ISP_UPSTREAM} netns ${namespaceOf(plan, uplink.isp)} type veth ` +
  `peer name ${uplink.isp} netns ${namespaceOf(plan, "internet")}`;

/** All namespaces, for `ip -batch` on the host. */
export const namespaceCommands = (plan: LabPlan): string[] =>
  rolesOf(plan).map((role) => `netns add ${namespaceOf(plan, role)}`);

/**
 * The cables between them, for `ip -batch` in the internet's namespace: an older kernel (6.12 is one) takes no name that
 * the namespace of the caller has, and the host may well have a `wan0`.
 */
export const cableCommands = (plan: LabPlan): string[] => [
  `link add lan0 netns ${namespaceOf(plan, "router")} type veth peer name eth0 netns ${namespaceOf(plan, "client")}`,
  ...plan.uplinks.flatMap((uplink) => [lineCommand(plan, uplink), upstreamCommand(plan, uplink)]),
];

export const clientScript = (): string =>
  [
    ...IPV4_DEFAULTS,
    WITHOUT_DETECTION,
    batch([
      "link set lo up",
      "link set eth0 up",
      `address add ${LAN.ipv4.client}/24 dev eth0`,
      `address add ${LAN.ipv6.client}/64 dev eth0 nodad`,
      `route add default via ${LAN.ipv4.router}`,
      `route add default via ${LAN.ipv6.router}`,
    ]),
  ].join("\n");

/** What an admin or a DHCP client sets up on one of the router's uplinks. Can be repeated; nothing of the product's is touched. */
export const uplinkCommands = (plan: LabPlan, uplink: UplinkPlan): string[] => [
  `link set ${uplink.name} up`,
  ...(isLeased(plan, uplink) ? [] : addressCommands(plan, uplink)),
];

const addressCommands = (plan: LabPlan, uplink: UplinkPlan): string[] => [
  `address replace ${uplink.ipv4.address}/${uplink.ipv4.prefixLength} dev ${uplink.name}`,
  ...(uplink.ipv6.address === null
    ? []
    : [`address replace ${uplink.ipv6.address}/${uplink.ipv6.prefixLength} dev ${uplink.name} nodad`]),
  ...foreignDefaults(plan, uplink).map((route) => `route replace ${route}`),
];

/** The foreign default routes of an uplink that don't come from router advertisements. */
export const foreignDefaults = (plan: LabPlan, uplink: UplinkPlan): string[] =>
  staticFamilies(plan, uplink).map(
    ({ gateway }) => `default via ${gateway} dev ${uplink.name} metric ${uplink.metric}`,
  );

const staticFamilies = (plan: LabPlan, uplink: UplinkPlan): UplinkFamilyPlan[] => {
  if (isLeased(plan, uplink)) return [];
  return plan.options.ipv6Routes === "static" ? [uplink.ipv4, uplink.ipv6] : [uplink.ipv4];
};

const translation = (plan: LabPlan, uplink: UplinkPlan, family: Family): string | null => {
  const { nat } = plan.options;
  if (nat === "none") return null;
  if (nat === "prefix" && family === "ipv6") {
    return `oifname "${uplink.name}" ip6 saddr ${LAN.ipv6.prefix} snat prefix to ${uplink.delegated}`;
  }
  const address = uplink[family].address;
  return `oifname "${uplink.name}" ${nat === "fixed" && address !== null ? `snat to ${address}` : "masquerade"}`;
};

const passedOn = (uplink: UplinkPlan, family: Family): string => {
  const client = LAN[family].client;
  const destination = family === "ipv6" ? `[${client}]:${DOORS.router}` : `${client}:${DOORS.router}`;
  return `iifname "${uplink.name}" meta l4proto { tcp, udp } th dport ${DOORS.client} dnat to ${destination}`;
};

const natTable = (plan: LabPlan, family: Family): string => {
  const table = `${family === "ipv4" ? "ip" : "ip6"} lab_nat`;
  const source = plan.uplinks.flatMap((uplink) => translation(plan, uplink, family) ?? []);
  const inbound = plan.uplinks.map((uplink) => passedOn(uplink, family));
  return [
    `table ${table} {`,
    "chain inbound {\ntype nat hook prerouting priority dstnat;",
    ...inbound,
    "}\nchain outbound {\ntype nat hook postrouting priority srcnat;",
    ...source,
    "}\n}",
  ].join("\n");
};

const routerFirewall = (plan: LabPlan): string =>
  `nft -f - <<'END'\n${natTable(plan, "ipv4")}\n${natTable(plan, "ipv6")}\nEND`;

/** A router only listens to router advertisements where it is told to do so in spite of its forwarding. */
const listening = (plan: LabPlan): string[] =>
  plan.options.ipv6Routes === "static"
    ? []
    : plan.uplinks.map((uplink) => sysctl(`ipv6/conf/${uplink.name}/accept_ra`, 2));

const reversePathFilter = (plan: LabPlan): string[] =>
  ["all", "default", "lan0", ...plan.uplinks.map((uplink) => uplink.name)].map((name) =>
    sysctl(`ipv4/conf/${name}/rp_filter`, plan.options.reversePathFilter),
  );

export const routerScript = (plan: LabPlan): string =>
  [
    ...IPV4_DEFAULTS,
    ...FORWARDING,
    ...reversePathFilter(plan),
    ...listening(plan),
    WITHOUT_DETECTION,
    batch([
      "link set lo up",
      "link set lan0 up",
      `address add ${LAN.ipv4.router}/24 dev lan0`,
      `address add ${LAN.ipv6.router}/64 dev lan0 nodad`,
      ...plan.uplinks.flatMap((uplink) => uplinkCommands(plan, uplink)),
    ]),
    routerFirewall(plan),
  ].join("\n");

/** The ISP's end of a line. Can be repeated: after the line was down or made anew, it is as before. */
export const accessCommands = (plan: LabPlan, uplink: UplinkPlan): string[] => {
  const access = accessOf(plan);
  const delegation = `route replace ${uplink.delegated} via ${uplink.ipv6.address} dev ${access}`;
  return [
    `link set ${ISP_LINE} up`,
    ...(plan.options.wire ? [`link set ${ISP_RELAY} up`, `link set ${access} up`] : []),
    `address replace ${uplink.ipv4.gateway}/${uplink.ipv4.prefixLength} dev ${access}`,
    `address replace ${uplink.ipv6.range.replace("/48", "1/64")} dev ${access} nodad`,
    `address replace ${LINK_LOCAL_GATEWAY}/64 dev ${access} nodad`,
    ...(uplink.ipv6.address === null ? [] : [delegation]),
  ];
};

/** Interfaces that only pass frames on to the relay must not speak themselves, nor must a line that is made anew. */
const relayed = (plan: LabPlan): string[] =>
  plan.options.wire ? ["default", ISP_LINE, ISP_RELAY].map((name) => sysctl(`ipv6/conf/${name}/disable_ipv6`, 1)) : [];

export const ispScript = (plan: LabPlan, uplink: UplinkPlan): string =>
  [
    ...IPV4_DEFAULTS,
    ...FORWARDING,
    WITHOUT_DETECTION,
    ...relayed(plan),
    batch([
      "link set lo up",
      `link set ${ISP_UPSTREAM} up`,
      `address add 172.31.${uplink.index}.2/30 dev ${ISP_UPSTREAM}`,
      `address add fd99:${uplink.index}::2/64 dev ${ISP_UPSTREAM} nodad`,
      `route add default via 172.31.${uplink.index}.1`,
      `route add default via fd99:${uplink.index}::1`,
      ...accessCommands(plan, uplink),
    ]),
  ].join("\n");

/** Drops sources that aren't of the ISP's own range (RFC 2827), and translates where the range is a private one. */
export const ispFirewall = (plan: LabPlan, uplink: UplinkPlan): string[] => [
  "add table inet isp",
  "add chain inet isp forward { type filter hook forward priority 0; }",
  `add rule inet isp forward iifname "${accessOf(plan)}" ip saddr != ${uplink.ipv4.range} counter drop`,
  `add rule inet isp forward iifname "${accessOf(plan)}" ip6 saddr != ${uplink.ipv6.range} counter drop`,
  ...(uplink.ipv4.inbound === null ? ispTranslation(uplink) : []),
];

const ispTranslation = (uplink: UplinkPlan): string[] => [
  "add table ip isp_nat",
  "add chain ip isp_nat outbound { type nat hook postrouting priority srcnat; }",
  `add rule ip isp_nat outbound oifname "${ISP_UPSTREAM}" ip saddr ${uplink.ipv4.range} snat to ${uplink.ipv4.seenAs}2`,
];

const hostAddress = (address: string): string => `address add ${address}/${isIPv6(address) ? "128" : "32"} dev lo`;

const internetUplink = (uplink: UplinkPlan): string[] => [
  `link set ${uplink.isp} up`,
  `address add 172.31.${uplink.index}.1/30 dev ${uplink.isp}`,
  `address add fd99:${uplink.index}::1/64 dev ${uplink.isp} nodad`,
  `route add ${uplink.ipv4.seenAs}0/24 via 172.31.${uplink.index}.2`,
  `route add ${uplink.ipv6.range} via fd99:${uplink.index}::2`,
];

export const internetScript = (plan: LabPlan): string =>
  [
    ...IPV4_DEFAULTS,
    ...FORWARDING,
    WITHOUT_DETECTION,
    batch([
      "link set lo up",
      ...[ECHO.ipv4, ECHO.ipv6, ...plan.targets].map(hostAddress),
      ...plan.uplinks.flatMap(internetUplink),
    ]),
  ].join("\n");
