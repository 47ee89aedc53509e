import { assess } from "../detector/detect.ts";
import type { Monitor } from "../state.ts";

/** What an uplink's next hop says of itself, by ARP or neighbour discovery, since it was last asked. */
export type Gateway =
  | { readonly kind: "asked"; readonly at: number }
  | { readonly kind: "answers" }
  /** The kernel asked it several times in vain. */
  | { readonly kind: "silent" };

/** An answer on the link itself takes a millisecond; one that comes later than this (ms) is none. */
const GATEWAY_ANSWER_MS = 300;

/** The detector's reason, and for an outage on which side of the gateway it lies, as far as that is known. Never throws. */
export const reasonOf = ({ detector, path, gateway }: Monitor): string => {
  const { verdict, since, reason } = assess(detector);
  if (!path.usable || gateway === null || (verdict !== "down" && verdict !== "suspect")) return reason;
  if (gateway.kind === "answers") return `${reason}; upstream: its gateway answers`;
  const silent = gateway.kind === "silent" || gateway.at + GATEWAY_ANSWER_MS <= since;
  return silent ? `${reason}; access: its gateway is silent` : reason;
};
