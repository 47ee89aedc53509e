import type { Status, UplinkStatus } from "../api/text/reading.ts";

/** What AstLinux's web page and people's own tools read: six lines at the most, in AstLinux's words. `at`: when it is told. Pure. */
export const astlinuxStatus = (status: Status, at: Date): string =>
  [`WAN Failover Updated: ${localTime(at)}`, ...astlinuxLines(status)].join("\n");

/** The same without the time, hence alike as long as nothing has changed. Pure. */
export const astlinuxLines = (status: Status): readonly string[] => {
  const { primary, secondary, carriesPrimary } = linksOf(status);
  const gatewayIpv6 = gatewayOf(secondary, "ipv6");
  return [
    `WAN Link: ${carriesPrimary ? "PRIMARY" : "SECONDARY"}`,
    `Primary Gateway: ${gatewayOf(primary, "ipv4")}`,
    `Secondary Gateway: ${gatewayOf(secondary, "ipv4")}`,
    ...(gatewayIpv6 === "" ? [] : [`Secondary IPv6 Gateway: ${gatewayIpv6}`]),
    `Target IPv4 Hosts: ${(primary?.families.ipv4?.targets ?? []).join(" ")}`,
  ];
};

interface Links {
  readonly primary: UplinkStatus | undefined;
  /** Who stands in, or would. */
  readonly secondary: UplinkStatus | undefined;
  readonly carriesPrimary: boolean;
}

const linksOf = ({ uplinks, active }: Status): Links => {
  const [primary, next] = uplinks.toSorted((a, b) => a.tier - b.tier);
  const carriesPrimary = active.length === 0 || active.some((name) => name === primary?.name);
  const standIn = uplinks.find(({ name }) => active.includes(name));
  return { primary, secondary: carriesPrimary ? next : standIn, carriesPrimary };
};

const gatewayOf = (uplink: UplinkStatus | undefined, family: "ipv4" | "ipv6"): string =>
  uplink?.families[family]?.gateway ?? "";

/** `2025-03-04 18:01:23` where the router stands. */
const localTime = (at: Date): string => {
  const two = (number: number): string => String(number).padStart(2, "0");
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join("-");
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}`;
};
