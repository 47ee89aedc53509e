import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { Family } from "../../core/family.ts";

/** Networks in which nobody who could answer a probe can live: unspecified, loopback, multicast, reserved. */
const UNUSABLE = new BlockList();
UNUSABLE.addSubnet("0.0.0.0", 8, "ipv4");
UNUSABLE.addSubnet("127.0.0.0", 8, "ipv4");
UNUSABLE.addSubnet("224.0.0.0", 3, "ipv4");
UNUSABLE.addSubnet("::", 127, "ipv6");
UNUSABLE.addSubnet("ff00::", 8, "ipv6");

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");

/** The family of an address, or null where the text isn't one. A zone (`fe80::1%eth0`) isn't part of an address. Never throws. */
export const familyOf = (text: string): Family | null => {
  if (isIPv4(text)) return "ipv4";
  return isIPv6(text) && !text.includes("%") ? "ipv6" : null;
};

/** Whether a next hop may have this address; link-local ones may (RFC 4861 requires them of routers). Never throws. */
export const isGateway = (address: string, family: Family): boolean =>
  familyOf(address) === family && !UNUSABLE.check(address, family);

/** Whether a probe to this address can be answered from beyond the gateway: unicast and not link-local. Never throws. */
export const isTarget = (address: string): boolean => {
  const family = familyOf(address);
  return family !== null && isGateway(address, family) && !LINK_LOCAL.check(address, family);
};

/** The one spelling that RFC 5952 recommends: lower case, the longest run of zeros as `::`. `address` must be one. */
export const canonicalAddress = (address: string): string =>
  isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
