import * as z from "zod";
import type { Family } from "../core/family.ts";
import { formatNetwork, type Network, overlap, parseNetwork } from "../core/network.ts";
import { canonicalAddress, isTarget } from "./address.ts";

/** Wider networks are the internet itself: which way that goes is what the policy decides. */
const LENGTH_MIN = 8;

/** Addresses that stand for IPv4 ones, and `::` itself: nothing is routed there. */
const EMBEDDED = parseNetwork("::/16", "ipv6");

interface Complaint {
  readonly message: string;
  readonly remedy: string;
}

const EXAMPLE = "give a network or an address, such as 192.168.5.0/24";

/** A network, or an address as the network that holds it alone, in the kernel's spelling: `192.0.2.7/32`. */
export const destination = () =>
  z
    .string()
    .check(({ value, issues }) => {
      const complaint = complaintAbout(value);
      if (complaint === null) return;
      const { message, remedy } = complaint;
      issues.push({ code: "custom", input: value, message, params: { remedy } });
    })
    .meta({ examples: ["192.168.5.0/24"] })
    .transform((text) => canonicalNetwork(text) ?? text);

/** The family of a network or an address in text, as far as it is one. Never throws. */
export const familyOfDestination = (text: string): Family => (text.includes(":") ? "ipv6" : "ipv4");

/** null where the text isn't a network. Never throws. */
export const parseDestination = (text: string): Network | null =>
  text === "default" ? null : parseNetwork(text, familyOfDestination(text));

/** The one spelling of a network, null where the text isn't one. Never throws. */
const canonicalNetwork = (text: string): string | null => {
  const network = parseDestination(text);
  if (network === null) return null;
  const [address = "", length] = formatNetwork(network).split("/");
  return `${canonicalAddress(address)}/${length}`;
};

const complaintAbout = (text: string): Complaint | null => {
  const network = parseDestination(text);
  if (network === null) return { message: `${JSON.stringify(text)} isn't a network`, remedy: EXAMPLE };
  const canonical = canonicalNetwork(text) ?? text;
  const [first = ""] = canonical.split("/");
  if (network.length === 0)
    return { message: `${text} is the default route, which the policy decides`, remedy: EXAMPLE };
  if (network.length < LENGTH_MIN) {
    return { message: `${text} would swallow the default route`, remedy: `give networks of /${LENGTH_MIN} or longer` };
  }
  if (!isTarget(first) || (EMBEDDED !== null && overlap(network, EMBEDDED))) {
    return { message: `${text} isn't routed beyond a gateway`, remedy: EXAMPLE };
  }
  return text.includes("/") && canonicalAddress(text.split("/", 1)[0] ?? "") !== first
    ? { message: `${text} isn't the first address of its network`, remedy: `did you mean ${canonical}?` }
    : null;
};
