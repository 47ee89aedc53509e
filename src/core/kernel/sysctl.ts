import { FAMILIES, type Family } from "../family.ts";
import { isOurDuty } from "../path/addressing.ts";
import type { Sharing, UplinkSettings } from "../settings.ts";
import type { UplinkState } from "../state.ts";
import type { KernelState } from "./kernel.ts";

/** What the wanted settings depend on. */
type Placed = Pick<UplinkState, "settings" | "device">;
/** Who shares, and how. */
interface Sharers {
  readonly uplinks: readonly Placed[];
  readonly share: Sharing;
}

type Sysctls = Pick<KernelState, "sysctls">;

const RP_FILTER_ALL = "net/ipv4/conf/all/rp_filter";
/** 1: by connection; 0: by pairs of hosts; 3: by what `fib_multipath_hash_fields` names, whose first bit is the source address. */
const HASH_POLICY: Readonly<Record<Family, string>> = {
  ipv4: "net/ipv4/fib_multipath_hash_policy",
  ipv6: "net/ipv6/fib_multipath_hash_policy",
};

const HASH_FIELDS: Readonly<Record<Family, string>> = {
  ipv4: "net/ipv4/fib_multipath_hash_fields",
  ipv6: "net/ipv6/fib_multipath_hash_fields",
};

/** The sysctls to read for these uplinks, by their path below /proc/sys. Never throws. */
export const sysctlNames = (uplinks: readonly UplinkState[]): readonly string[] => [
  RP_FILTER_ALL,
  "net/ipv6/conf/all/disable_ipv6",
  ...FAMILIES.flatMap((family) => [HASH_POLICY[family], HASH_FIELDS[family]]),
  ...uplinks.flatMap(({ settings, device }) => (device === null ? [] : namesFor(device.name, settings))),
];

const namesFor = (name: string, settings: UplinkSettings): readonly string[] => [
  rpFilter(name),
  validMark(name),
  promote(name),
  ...FAMILIES.map((family) => linkdown(family, name)),
  ...(hasDhcpv6(settings) ? [acceptAdvertisements(name)] : []),
];

const hasDhcpv6 = ({ families }: UplinkSettings): boolean => families.ipv6.method === "dhcp";

const rpFilter = (name: string): string => `net/ipv4/conf/${name}/rp_filter`;
const validMark = (name: string): string => `net/ipv4/conf/${name}/src_valid_mark`;
const promote = (name: string): string => `net/ipv4/conf/${name}/promote_secondaries`;
const acceptAdvertisements = (name: string): string => `net/ipv6/conf/${name}/accept_ra`;
const linkdown = (family: Family, name: string): string => `net/${family}/conf/${name}/ignore_routes_with_linkdown`;

/**
 * What the uplinks need of the kernel's settings (Documentation/networking/ip-sysctl.rst): routes on a link without
 * carrier are passed over; a strict reverse-path filter becomes a loose one, since probes and inbound connections
 * come in by uplinks that are not the default, and one that heeds our marks, since no other route may lead back while
 * all uplinks are down; shared tiers balance as is said; where we take addresses away, those in the same network stay; where
 * DHCPv6 brings the address, routers tell the gateway, to whom a router doesn't listen by itself. Never throws.
 */
export const wantedSysctls = ({ uplinks, share }: Sharers, kernel: Sysctls): Readonly<Record<string, string>> => {
  const entries = uplinks.flatMap(({ settings, device }): [string, string][] => [
    ...(device === null ? [] : wantedOn(device.name, settings, kernel)),
    ...(isShared(settings, uplinks) ? FAMILIES.flatMap((family) => wantedOfHash(family, share, kernel)) : []),
  ]);
  return Object.fromEntries(entries.filter(([name]) => kernel.sysctls[name] !== undefined));
};

/** A kernel before 5.12 knows no fields: pairs of hosts come nearest. */
const wantedOfHash = (family: Family, share: Sharing, { sysctls }: Sysctls): readonly [string, string][] => {
  if (share === "connection") return [[HASH_POLICY[family], "1"]];
  if (sysctls[HASH_FIELDS[family]] === undefined) return [[HASH_POLICY[family], "0"]];
  return [
    [HASH_FIELDS[family], "1"],
    [HASH_POLICY[family], "3"],
  ];
};

const wantedOn = (name: string, settings: UplinkSettings, kernel: Sysctls): [string, string][] => [
  ...FAMILIES.map((family): [string, string] => [linkdown(family, name), "1"]),
  ...(filterOn(name, kernel) === STRICT ? [[rpFilter(name), "2"] as [string, string]] : []),
  ...(filterOn(name, kernel) > OFF ? [[validMark(name), "1"] as [string, string]] : []),
  ...(isOurDuty(settings) ? [[promote(name), "1"] as [string, string]] : []),
  ...(hasDhcpv6(settings) ? [[acceptAdvertisements(name), "2"] as [string, string]] : []),
];

/** `rp_filter`: 2 is loose. */
const OFF = 0;
const STRICT = 1;

/** The kernel takes the larger of the interface's value and `all`'s. An interface that is missing has no filter. */
const filterOn = (name: string, { sysctls }: Sysctls): number => {
  const own = sysctls[rpFilter(name)];
  return own === undefined ? OFF : Math.max(Number(sysctls[RP_FILTER_ALL] ?? OFF), Number(own));
};

/** Whether answers that bear an uplink's mark come in by this interface even where no other route leads back. Never throws. */
export const heedsMarks = (name: string, kernel: Sysctls): boolean =>
  filterOn(name, kernel) === OFF || kernel.sysctls[validMark(name)] === "1";

const isShared = (settings: UplinkSettings, uplinks: readonly Placed[]): boolean =>
  uplinks.some((other) => other.settings !== settings && other.settings.tier === settings.tier);
