import { FAMILIES, type Family, familyName } from "../family.ts";
import { isOurDuty } from "../path/addressing.ts";
import type { UplinkSettings } from "../settings.ts";
import { addressOf } from "../target/target.ts";
import { list } from "../words.ts";
import type { MachineFacts, MachineLink } from "./facts.ts";
import { type Check, error, type Finding, note, warning } from "./finding.ts";
import { canSend, isUsable, linkName, linkOf, pathOf, uplinksOf, uplinksUsing } from "./topology.ts";

/** Whether each uplink is there and could send packets. */
export const UPLINK_CHECKS: readonly Check[] = [
  { topic: "Uplinks", title: "every interface exists", examine: (facts) => perUplink(facts, missing) },
  { topic: "Uplinks", title: "no interface is part of another", examine: (facts) => perUplink(facts, enslaved) },
  { topic: "Uplinks", title: "interfaces are on and have a carrier", examine: (facts) => perUplink(facts, dark) },
  { topic: "Uplinks", title: "IPv4 addresses and gateways", examine: (facts) => perUplink(facts, ipv4Path) },
  { topic: "Uplinks", title: "IPv6 addresses and gateways", examine: (facts) => ipv6Paths(facts) },
  { topic: "Uplinks", title: "traffic has a way out", examine: (facts) => anyWayOut(facts) },
  { topic: "Uplinks", title: "targets beyond the gateway", examine: (facts) => perUplink(facts, nearTargets) },
];

type Examine = (facts: MachineFacts, uplink: UplinkSettings) => readonly Finding[];

const perUplink = (facts: MachineFacts, examine: Examine): readonly Finding[] | null =>
  uplinksOf(facts).length === 0 ? null : uplinksOf(facts).flatMap((uplink) => examine(facts, uplink));

const missing: Examine = (facts, uplink) => {
  if (linkOf(facts, uplink) !== undefined) return [];
  const others = facts.links.map(({ name }) => name).filter((name) => name !== "lo");
  return [
    error({
      code: "interface-missing",
      title: `The interface ${uplink.interface} of ${uplink.name} does not exist`,
      detail: `If it appears later (a modem, a PPP session), the daemon takes it up by itself. There are: ${list(others) || "none"}.`,
      remedy: `ip -brief link; then mend \`interface: ${uplink.interface}\` under the uplink ${uplink.name}`,
    }),
  ];
};

/** What keeps its addresses on its master. A port's own are not used for what comes in. */
const enslaved: Examine = (facts, uplink) => {
  const link = linkOf(facts, uplink);
  if (link === undefined || link.master === null) return [];
  const master = linkName(facts, link.master);
  const kind = facts.links.find(({ index }) => index === link.master)?.kind ?? null;
  return [kind === "vrf" ? inVrf(uplink, master) : portOf(uplink, master, kind)];
};

const inVrf = (uplink: UplinkSettings, vrf: string): Finding =>
  error({
    code: "uplink-in-vrf",
    title: `${uplink.interface} (${uplink.name}) belongs to the VRF ${vrf}`,
    detail: "Its routes are in the VRF's table, where neither a gateway is learned nor a default route is put.",
    remedy: `ip link set ${uplink.interface} nomaster`,
  });

const portOf = (uplink: UplinkSettings, master: string, kind: string | null): Finding =>
  error({
    code: "uplink-enslaved",
    title: `${uplink.interface} (${uplink.name}) is a port of ${kind === null ? "" : `the ${kind} `}${master}`,
    detail: `Packets come in on ${master}, which is where addresses and routes belong.`,
    remedy: `\`interface: ${master}\` under the uplink ${uplink.name}, or: ip link set ${uplink.interface} nomaster`,
  });

const dark: Examine = (facts, uplink) => {
  const link = linkOf(facts, uplink);
  if (link === undefined || (link.adminUp && link.carrier) || (isOurDuty(uplink) && !link.adminUp)) return [];
  return [link.adminUp ? noCarrier(uplink) : switchedOff(uplink)];
};

const switchedOff = (uplink: UplinkSettings): Finding =>
  warning({
    code: "interface-off",
    title: `${uplink.interface} (${uplink.name}) is switched off`,
    detail: "The uplink counts as down until it is switched on.",
    remedy: `ip link set ${uplink.interface} up`,
  });

const noCarrier = (uplink: UplinkSettings): Finding =>
  warning({
    code: "no-carrier",
    title: `${uplink.interface} (${uplink.name}) has no carrier`,
    detail: "The cable, the modem or the other end is off. The uplink counts as down until the carrier is back.",
    remedy: `Look at the cable and the modem; ip link show dev ${uplink.interface}`,
  });

const hasSource = (facts: MachineFacts, link: MachineLink, family: Family): boolean =>
  facts.addresses.some(
    (address) => address.family === family && address.global && (family === "ipv6" || address.link === link.index),
  );

const EXAMPLE: Readonly<Record<Family, string>> = { ipv4: "203.0.113.1", ipv6: "fe80::1" };

/** What an uplink that is on and has a carrier lacks to send packets of a family. */
const lack = (facts: MachineFacts, uplink: UplinkSettings, family: Family): "address" | "gateway" | null => {
  const link = linkOf(facts, uplink);
  if (uplink.families[family].method === "none" || link === undefined || !link.adminUp || !link.carrier) return null;
  if (pathOf(facts, uplink, family).usable) return null;
  return hasSource(facts, link, family) ? "gateway" : "address";
};

const ipv4Path: Examine = (facts, uplink) => {
  const lacking = lack(facts, uplink, "ipv4");
  if (lacking === null || (lacking === "address" && isOurDuty(uplink))) return [];
  return [lacking === "address" ? noAddress(uplink) : warning(noGateway(uplink, "ipv4"))];
};

const noAddress = (uplink: UplinkSettings): Finding =>
  warning({
    code: "no-address",
    title: `${uplink.interface} (${uplink.name}) has no IPv4 address`,
    detail: "A DHCP client, PPP or a static configuration has to give it one; until then the uplink counts as down.",
    remedy: `networkctl status ${uplink.interface}; nmcli device show ${uplink.interface}; or \`ipv4: { method: none }\` if it has IPv6 alone`,
  });

const noGateway = (uplink: UplinkSettings, family: Family) => ({
  code: family === "ipv4" ? "no-gateway" : "no-ipv6-gateway",
  title: `No ${familyName(family)} gateway is known for ${uplink.interface} (${uplink.name})`,
  detail: "It is learned from a default route through this interface that somebody else puts into table main.",
  remedy: `\`${family}: { gateway: ${EXAMPLE[family]} }\` under the uplink ${uplink.name}, with its provider's gateway`,
});

const ipv6Paths = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksUsing(facts, "ipv6");
  if (uplinks.length === 0 || facts.sysctls["net/ipv6/conf/all/disable_ipv6"] !== "0") return null;
  const lacking = uplinks.filter((uplink) => lack(facts, uplink, "ipv6") !== null);
  if (lacking.length === 0) return [];
  const some = uplinks.some((uplink) => canSend(facts, uplink, "ipv6"));
  return some ? lacking.map((uplink) => withoutIPv6(facts, uplink)) : [nowhereIPv6(lacking)];
};

const withoutIPv6 = (facts: MachineFacts, uplink: UplinkSettings): Finding => {
  if (facts.sysctls[`net/ipv6/conf/${uplink.interface}/disable_ipv6`] === "1") return ipv6Off(uplink);
  if (lack(facts, uplink, "ipv6") === "gateway") return note(noGateway(uplink, "ipv6"));
  return note({
    code: "no-ipv6-address",
    title: `${uplink.interface} (${uplink.name}) has no IPv6`,
    detail: "IPv6 can't fail over to it; clients use IPv4 while no other uplink has IPv6.",
    remedy: `Nothing if the provider has none: \`ipv6: { method: none }\` under the uplink ${uplink.name} says so`,
  });
};

const ipv6Off = (uplink: UplinkSettings): Finding =>
  warning({
    code: "ipv6-off-on-uplink",
    title: `IPv6 is switched off on ${uplink.interface} (${uplink.name})`,
    detail: "Other uplinks have IPv6; it can't fail over to this one.",
    remedy: `sysctl -w net/ipv6/conf/${uplink.interface}/disable_ipv6=0, or \`ipv6: { method: none }\` under the uplink`,
  });

const nowhereIPv6 = (uplinks: readonly UplinkSettings[]): Finding =>
  note({
    code: "no-ipv6-uplink",
    title: "No uplink has IPv6 at the moment",
    detail: `${list(uplinks.map(({ name }) => name))} may use it, but lack an address or a gateway. IPv4 is not affected.`,
    remedy: "Nothing if the providers have none: `ipv6: { method: none }` under each uplink says so",
  });

const anyWayOut = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksOf(facts);
  if (uplinks.length === 0) return null;
  if (uplinks.some((uplink) => isUsable(facts, uplink))) return [];
  return [
    error({
      code: "no-usable-uplink",
      title: "No uplink can carry traffic at the moment",
      detail: "None has a carrier, an address and a gateway together. The other findings say what each of them lacks.",
      remedy: "ip -brief address; ip route show default; ip -6 route show default",
    }),
  ];
};

const nearTargets: Examine = (facts, uplink) =>
  FAMILIES.filter((family) => uplink.families[family].method !== "none").flatMap((family) => {
    const path = pathOf(facts, uplink, family);
    const { targets } = uplink.families[family];
    const near = path.usable && targets.length > 0 && targets.every((target) => addressOf(target) === path.gateway);
    return near ? [onlyGateway(uplink, family)] : [];
  });

const onlyGateway = (uplink: UplinkSettings, family: Family): Finding =>
  warning({
    code: "targets-only-gateway",
    title: `The only ${familyName(family)} target of ${uplink.name} is its gateway`,
    detail: "A gateway often answers while the provider's network behind it is down, which would then go unnoticed.",
    remedy: `Add targets beyond it: \`targets: [${family === "ipv4" ? "1.1.1.1, 9.9.9.9" : '"2606:4700:4700::1111", "2620:fe::fe"'}]\` under the uplink ${uplink.name}`,
  });
