import { decodeNeighbour } from "../../codec/neighbour.ts";
import type { Message } from "../../codec/netlink.ts";
import { concernsInetTable, decodeTableChange } from "../../codec/nftables.ts";
import { isDefaultRoute, routeProtocol } from "../../codec/route.ts";
import { RTM } from "../../codec/rtnetlink.ts";
import { decodeRule } from "../../codec/rule.ts";
import { PROTOCOL } from "../../core/kernel/kernel.ts";

/** What may have changed. A hint, not a fact: read the kernel's state anew. */
export type KernelHint =
  | {
      readonly kind:
        | "link-changed"
        | "address-changed"
        | "route-changed"
        | "rule-changed"
        | "firewall-changed"
        | "qdisc-changed";
    }
  /** Nobody answers for this address on this link (`NUD_FAILED`). */
  | { readonly kind: "neighbour-failed"; readonly link: number; readonly address: string }
  /** It has just answered (`NUD_REACHABLE`). */
  | { readonly kind: "neighbour-answered"; readonly link: number; readonly address: string }
  /** Messages were lost: anything may have changed. */
  | { readonly kind: "overrun" };

/** What a notification hints at, null where it can't concern us. May throw CodecError. */
export type Interpreter = (message: Message) => KernelHint | null;

const interpretRoute = ({ body }: Message): KernelHint | null =>
  isDefaultRoute(body) || routeProtocol(body) === PROTOCOL ? { kind: "route-changed" } : null;

/** A deleted rule may have been one of ours, whatever it says. */
const interpretRule = ({ type, body }: Message): KernelHint | null =>
  type === RTM.DELETE_RULE || decodeRule(body)?.protocol === PROTOCOL ? { kind: "rule-changed" } : null;

const interpretNeighbour = ({ body }: Message): KernelHint | null => {
  const neighbour = decodeNeighbour(body);
  if (neighbour?.state !== "failed" && neighbour?.state !== "reachable") return null;
  const kind = neighbour.state === "failed" ? "neighbour-failed" : "neighbour-answered";
  return { kind, link: neighbour.link, address: neighbour.address };
};

/** Of NETLINK_ROUTE. */
export const interpretRouting: Interpreter = (message) => {
  switch (message.type) {
    case RTM.NEW_LINK:
    case RTM.DELETE_LINK:
      return { kind: "link-changed" };
    case RTM.NEW_ADDRESS:
    case RTM.DELETE_ADDRESS:
      return { kind: "address-changed" };
    case RTM.NEW_ROUTE:
    case RTM.DELETE_ROUTE:
      return interpretRoute(message);
    case RTM.NEW_RULE:
    case RTM.DELETE_RULE:
      return interpretRule(message);
    case RTM.NEW_QDISC:
    case RTM.DELETE_QDISC:
      return { kind: "qdisc-changed" };
    case RTM.NEW_NEIGHBOUR:
      return interpretNeighbour(message);
    default:
      return null;
  }
};

/** Of NETLINK_NETFILTER. `table`: the name of our nft table, of family inet. */
export const interpretTableChange =
  (table: string): Interpreter =>
  (message) => {
    const change = decodeTableChange(message);
    return change !== null && concernsInetTable(change, table) ? { kind: "firewall-changed" } : null;
  };
