import { type Family, familyName } from "../family.ts";
import { isForeignDefault } from "../path/path.ts";
import type { UplinkSettings } from "../settings.ts";
import { list } from "../words.ts";
import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, note, setSysctl, warning } from "./finding.ts";
import { leavesBy, linkOf, localNetworks, uplinksUsing } from "./topology.ts";

/** The kernel's settings that decide whether packets pass at all. */
export const FORWARDING_CHECKS: readonly Check[] = [
  { topic: "Kernel", title: "IPv4 forwarding", examine: (facts) => ipv4Forwarding(facts) },
  { topic: "Kernel", title: "IPv6 forwarding", examine: (facts) => ipv6Forwarding(facts) },
  { topic: "Kernel", title: "the reverse-path filter (rp_filter)", examine: (facts) => reversePath(facts) },
  { topic: "Kernel", title: "router advertisements on the uplinks", examine: (facts) => advertisements(facts) },
];

const localNames = (facts: MachineFacts, family: Family): readonly string[] => [
  ...new Set(localNetworks(facts, family).map(({ link }) => link.name)),
];

/** IPv4 asks the interface that a packet comes in by (`IN_DEV_FORWARD`); `ip_forward` sets all of them at once. */
const ipv4Forwarding = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksUsing(facts, "ipv4").map((uplink) => uplink.interface);
  const locals = localNames(facts, "ipv4");
  const names = [...uplinks, ...locals].filter((name) => isKnown(facts, name));
  const off = names.filter((name) => facts.sysctls[`net/ipv4/conf/${name}/forwarding`] === "0");
  if (names.length === 0) return null;
  if (off.length === 0) return [];
  const all = facts.sysctls["net/ipv4/ip_forward"] === "0";
  return [forwardingOff({ family: "ipv4", where: all ? [] : off, locals, remedy: ipv4Remedy(all, off) })];
};

const isKnown = (facts: MachineFacts, name: string): boolean =>
  facts.sysctls[`net/ipv4/conf/${name}/forwarding`] !== undefined;

const ipv4Remedy = (all: boolean, off: readonly string[]): string =>
  all
    ? setSysctl({ name: "net/ipv4/ip_forward", value: "1" })
    : setSysctl(...off.map((name) => ({ name: `net/ipv4/conf/${name}/forwarding`, value: "1" })));

/** IPv6 asks `all` alone (`ip6_forward`). With it on, kernels heed advertisements only where accept_ra is 2. */
const ipv6Forwarding = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksUsing(facts, "ipv6");
  const forwarding = facts.sysctls["net/ipv6/conf/all/forwarding"];
  const locals = localNames(facts, "ipv6");
  if (forwarding === undefined || uplinks.length === 0) return null;
  if (forwarding !== "0") return [];
  if (locals.length === 0) return null;
  const accepting = uplinks.filter((uplink) => acceptsAdvertisements(facts, uplink) === "1");
  const remedy = setSysctl(...accepting.map((uplink) => ({ name: acceptName(uplink), value: "2" })), {
    name: "net/ipv6/conf/all/forwarding",
    value: "1",
  });
  return [forwardingOff({ family: "ipv6", where: [], locals, remedy })];
};

interface Off {
  readonly family: Family;
  /** Empty: everywhere. */
  readonly where: readonly string[];
  readonly locals: readonly string[];
  readonly remedy: string;
}

const forwardingOff = ({ family, where, locals, remedy }: Off): Finding => {
  const place = where.length === 0 ? "" : ` on ${list(where)}`;
  const router = locals.length > 0;
  return (router ? warning : note)({
    code: `${family}-forwarding-off`,
    title: `${familyName(family)} forwarding is off${place}`,
    detail: router
      ? `Only this machine itself can use the uplinks: the networks on ${list(locals)} can't.`
      : "That is right for a machine that serves only itself; a router needs it on.",
    remedy,
  });
};

const RP_FILTER_ALL = "net/ipv4/conf/all/rp_filter";

/** The kernel takes the larger of the interface's value and `all`'s: 0 off, 1 strict, 2 loose (ip-sysctl.rst). */
const isStrict = (facts: MachineFacts, name: string): boolean => {
  const own = facts.sysctls[`net/ipv4/conf/${name}/rp_filter`];
  return own !== undefined && Math.max(Number(own), Number(facts.sysctls[RP_FILTER_ALL] ?? 0)) === 1;
};

const reversePath = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksUsing(facts, "ipv4").filter((uplink) => linkOf(facts, uplink) !== undefined);
  const strict = uplinks.map((uplink) => uplink.interface).filter((name) => isStrict(facts, name));
  if (uplinks.length === 0 || facts.sysctlsReadOnly) return null;
  if (strict.length === 0) return [];
  return [facts.daemon.running ? setBack(strict) : willBeLoose(strict)];
};

const willBeLoose = (names: readonly string[]): Finding =>
  note({
    code: "strict-rp-filter",
    title: `The reverse-path filter is strict on ${list(names)}`,
    detail:
      "It would drop what comes in by an uplink that isn't the default. The daemon makes it loose (rp_filter=2) on the uplinks by itself, and restores it on `wan-failover reset`.",
    remedy: "Nothing",
  });

const setBack = (names: readonly string[]): Finding =>
  warning({
    code: "strict-rp-filter",
    title: `The reverse-path filter is strict on ${list(names)} although the daemon runs`,
    detail:
      "The daemon makes it loose (rp_filter=2), so another program sets it back, or the daemon was refused. Replies that come in by a standby uplink are dropped meanwhile.",
    remedy: setSysctl(...names.map((name) => ({ name: `net/ipv4/conf/${name}/rp_filter`, value: "2" }))),
  });

const acceptName = (uplink: UplinkSettings): string => `net/ipv6/conf/${uplink.interface}/accept_ra`;

const acceptsAdvertisements = (facts: MachineFacts, uplink: UplinkSettings): string | undefined =>
  facts.sysctls[acceptName(uplink)];

/** `RTPROT_RA`. */
const FROM_ADVERTISEMENT = 9;

/** A kernel that forwards on the interface drops advertisements unless accept_ra is 2 (ip-sysctl.rst). */
const advertisements = (facts: MachineFacts): readonly Finding[] | null => {
  const uplinks = uplinksUsing(facts, "ipv6").filter((uplink) => acceptsAdvertisements(facts, uplink) !== undefined);
  if (uplinks.length === 0) return null;
  return uplinks.filter((uplink) => isDeaf(facts, uplink)).map((uplink) => deaf(facts, uplink));
};

const isDeaf = (facts: MachineFacts, uplink: UplinkSettings): boolean =>
  acceptsAdvertisements(facts, uplink) === "1" &&
  facts.sysctls[`net/ipv6/conf/${uplink.interface}/forwarding`] === "1" &&
  facts.sysctls[`net/ipv6/conf/${uplink.interface}/disable_ipv6`] !== "1" &&
  uplink.families.ipv6.gateway === null &&
  !hasLastingDefault(facts, uplink);

/** Somebody else, such as a DHCP client, sees to the gateway; or the link needs none. */
const hasLastingDefault = (facts: MachineFacts, uplink: UplinkSettings): boolean => {
  const link = linkOf(facts, uplink);
  if (link === undefined || link.pointToPoint) return true;
  return facts.routes.some(
    (route) =>
      route.family === "ipv6" &&
      isForeignDefault(route) &&
      route.protocol !== FROM_ADVERTISEMENT &&
      route.expiresInMs === null &&
      leavesBy(route, link),
  );
};

const hasAdvertisedDefault = (facts: MachineFacts, uplink: UplinkSettings): boolean => {
  const link = linkOf(facts, uplink);
  return facts.routes.some(
    (route) => route.protocol === FROM_ADVERTISEMENT && link !== undefined && leavesBy(route, link),
  );
};

const deaf = (facts: MachineFacts, uplink: UplinkSettings): Finding =>
  (hasAdvertisedDefault(facts, uplink) ? warning : note)({
    code: "advertisements-ignored",
    title: `The kernel ignores router advertisements on ${uplink.interface}`,
    detail:
      "With forwarding on, accept_ra=1 means that no IPv6 gateway or address is learned there, and that what was learned before expires.",
    remedy: setSysctl({ name: acceptName(uplink), value: "2" }),
  });
