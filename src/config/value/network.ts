import * as z from "zod";
import type { Family } from "../../core/family.ts";
import { formatNetwork, type Network, overlap, parseNetwork } from "../../core/network.ts";
import { canonicalAddress, isTarget } from "./address.ts";
import type { OptionMeta } from "./value.ts";

/** What is wrong with a network, and what would be right. */
export interface Complaint {
  readonly message: string;
  readonly remedy: string;
}

/** Judges a network that is written in the file; null where it will do. */
export type Judge = (network: Network, text: string) => Complaint | null;

/** A network, or an address as the network that holds it alone, in the kernel's spelling: `192.0.2.7/32`. */
export const network = (judge: Judge, meta: OptionMeta & { readonly examples: string[] }) =>
  z
    .string()
    .check(({ value, issues }) => {
      const complaint = complaintAbout(value, { judge, example: meta.examples[0] ?? "" });
      if (complaint === null) return;
      const { message, remedy } = complaint;
      issues.push({ code: "custom", input: value, message, params: { remedy } });
    })
    .meta({ ...meta })
    .transform((text) => canonicalNetwork(text) ?? text);

const complaintAbout = (text: string, { judge, example }: { judge: Judge; example: string }): Complaint | null => {
  const parsed = parseWritten(text);
  if (parsed === null) {
    return {
      message: `${JSON.stringify(text)} isn't a network`,
      remedy: `give a network or an address, such as ${example}`,
    };
  }
  const canonical = canonicalNetwork(text) ?? text;
  const begins = canonicalAddress(text.split("/", 1)[0] ?? "") === canonical.split("/", 1)[0];
  if (begins || !text.includes("/")) return judge(parsed, text);
  return (
    judge(parsed, text) ?? {
      message: `${text} isn't the first address of its network`,
      remedy: `did you mean ${canonical}?`,
    }
  );
};

/** The family of a network or an address in text, as far as it is one. Never throws. */
export const familyOfNetwork = (text: string): Family => (text.includes(":") ? "ipv6" : "ipv4");

/** null where the text isn't a network. Never throws. */
export const parseWritten = (text: string): Network | null =>
  text === "default" ? null : parseNetwork(text, familyOfNetwork(text));

/** The one spelling of a network, null where the text isn't one. */
const canonicalNetwork = (text: string): string | null => {
  const parsed = parseWritten(text);
  if (parsed === null) return null;
  const [address = "", length] = formatNetwork(parsed).split("/");
  return `${canonicalAddress(address)}/${length}`;
};

/** Wider networks are the internet itself: which way that goes is what the policy decides. */
const LENGTH_MIN = 8;

/** Addresses that stand for IPv4 ones, and `::` itself: nothing is routed there. */
const EMBEDDED = parseNetwork("::/16", "ipv6");

/** For what is routed over an uplink. Never throws. */
export const judgeDestination: Judge = (destination, text) => {
  const remedy = "give a network or an address, such as 192.168.5.0/24";
  if (destination.length === 0) return { message: `${text} is the default route, which the policy decides`, remedy };
  if (destination.length < LENGTH_MIN) {
    return { message: `${text} would swallow the default route`, remedy: `give networks of /${LENGTH_MIN} or longer` };
  }
  return isUnicast(destination) ? null : { message: `${text} isn't routed beyond a gateway`, remedy };
};

const isUnicast = (unicast: Network): boolean =>
  isTarget(formatNetwork(unicast).split("/", 1)[0] ?? "") && (EMBEDDED === null || !overlap(unicast, EMBEDDED));

/** For networks of the LAN. Never throws. */
export const judgeSource: Judge = ({ length }, text) =>
  length === 0 ? { message: `${text} is everybody`, remedy: "give a network or an address of the LAN" } : null;

/** For IPv4 networks whose sources are translated. Never throws. */
export const judgeForeign: Judge = (foreign, text) => {
  const remedy = "give an IPv4 network, such as 10.9.0.0/24";
  if (foreign.family === "ipv6") {
    return { message: `${text} is an IPv6 network`, remedy: "say `ipv6: { translate: masquerade }` under the uplinks" };
  }
  if (foreign.length < LENGTH_MIN) return { message: `${text} is half of the internet`, remedy };
  return isUnicast(foreign) ? null : { message: `${text} can't be a network of yours`, remedy };
};

/** Beyond 64 bits begins what a host chooses for itself (RFC 4291 § 2.5.1). */
const PREFIX_LENGTH_MAX = 64;

/** For the prefixes of RFC 6296. Never throws. */
export const judgePrefix: Judge = (prefix, text) => {
  const remedy = `give a prefix of /${LENGTH_MIN} to /${PREFIX_LENGTH_MAX}, such as 2001:db8:a::/56`;
  if (prefix.family === "ipv4") return { message: `${text} is an IPv4 network`, remedy };
  if (prefix.length > PREFIX_LENGTH_MAX) return { message: `${text} leaves hosts too few bits`, remedy };
  if (prefix.length < LENGTH_MIN) return { message: `${text} is too wide`, remedy };
  return isUnicast(prefix) ? null : { message: `${text} isn't a unicast prefix`, remedy };
};
