/** An address family. Each uplink is judged and routed per family. */
export type Family = "ipv4" | "ipv6";

/** Both families, in the order in which they are decided and shown. */
export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** How people write it. */
export const familyName = (family: Family): string => (family === "ipv4" ? "IPv4" : "IPv6");
