import { decodeNeighbour, listNeighbours, type NeighbourState, probeNeighbour } from "../../codec/neighbour.ts";
import type { Family } from "../../core/family.ts";
import type { Netlink } from "./netlink.ts";

/** Where a neighbour is. */
export interface NeighbourPlace {
  readonly family: Family;
  /** The interface's index. */
  readonly link: number;
  readonly address: string;
}

/** asked: the kernel will soon tell whether it is there. silent: it is known to be not. unknown: neither. */
export type Asked = "asked" | "silent" | "unknown";

const stateOf = (netlink: Netlink, { family, link, address }: NeighbourPlace): NeighbourState | undefined =>
  netlink
    .dump({ request: listNeighbours(family), pick: ({ body }) => decodeNeighbour(body) })
    .find((neighbour) => neighbour.link === link && neighbour.address === address)?.state;

/**
 * Has the kernel ask a neighbour whether it is there, without touching entries that somebody made by hand. What it hears comes
 * as a hint (`neighbour-answered`, or `neighbour-failed` after some seconds). `netlink`: of protocol NETLINK_ROUTE. Never
 * throws: an answer is welcome, and nothing hangs on it.
 */
export const askNeighbour = (netlink: Netlink, place: NeighbourPlace): Asked => {
  try {
    switch (stateOf(netlink, place)) {
      case "failed":
      case "incomplete":
        return "silent";
      case "reachable":
      case "stale":
      case "delay":
        netlink.request(probeNeighbour(place));
        return "asked";
      case "probe":
        return "asked";
      default:
        return "unknown";
    }
  } catch {
    return "unknown";
  }
};
