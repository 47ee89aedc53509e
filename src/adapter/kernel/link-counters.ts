import { decodeLinkCounters, type LinkCounters, listLinkCounters } from "../../codec/link-counters.ts";
import { NETLINK_ROUTE, openNetlink } from "./netlink.ts";

/** Opens the counters of the interfaces in the network namespace that the process is in. Reading may throw AppError. */
export const openLinkCounters = (): (() => LinkCounters[]) => {
  const netlink = openNetlink({ protocol: NETLINK_ROUTE });
  return () => netlink.dump({ request: listLinkCounters(), pick: ({ body }) => decodeLinkCounters(body) });
};
