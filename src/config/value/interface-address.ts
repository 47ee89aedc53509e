import * as z from "zod";
import { type Family, familyName } from "../../core/family.ts";
import { covers, networkOf } from "../../core/network.ts";
import type { OwnAddress } from "../../core/settings.ts";
import { canonicalAddress, familyOf, isTarget } from "./address.ts";
import type { Complaint } from "./network.ts";
import type { OptionMeta } from "./value.ts";

/** An address with the length of its network; its canonical spelling, and the length, once parsed. */
export const interfaceAddress = (family: Family, meta: OptionMeta & { readonly examples: string[] }) =>
  z
    .string()
    .check(({ value, issues }) => {
      const complaint = complaintAbout(value, family, meta.examples[0] ?? "");
      if (complaint === null) return;
      issues.push({
        code: "custom",
        input: value,
        message: complaint.message,
        params: { remedy: complaint.remedy },
        continue: false,
      });
    })
    .meta({ ...meta })
    .transform((text) => split(text));

/** The two parts of an address with a prefix length; the length is NaN where there is none. Never throws. */
export const split = (text: string): OwnAddress => {
  const [address = "", length = ""] = text.split("/");
  return { address: canonicalAddress(address), prefixLength: /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN };
};

const complaintAbout = (text: string, family: Family, example: string): Complaint | null => {
  const { address, prefixLength } = split(text);
  const remedy = `give an address with the length of its network, such as ${example}`;
  const found = familyOf(address);
  if (found === null) return { message: `${JSON.stringify(text)} isn't an address`, remedy };
  if (found !== family) return { message: `${address} is an ${familyName(found)} address`, remedy };
  if (!text.includes("/")) return { message: `${address} has no prefix length`, remedy };
  if (networkOf(address, prefixLength) === null) return { message: `${text} has no prefix length that can be`, remedy };
  if (!isTarget(address)) return { message: `${address} can't be the address of an interface`, remedy };
  return isReserved({ address, prefixLength })
    ? { message: `${address} is the network itself or its broadcast`, remedy }
    : null;
};

/** The first and the last address of an IPv4 network, unless it has but two (RFC 3021). */
const isReserved = ({ address, prefixLength }: OwnAddress): boolean => {
  const own = networkOf(address);
  if (own === null || own.family === "ipv6" || prefixLength > 30) return false;
  const host = own.value & ((1n << BigInt(32 - prefixLength)) - 1n);
  return host === 0n || host === (1n << BigInt(32 - prefixLength)) - 1n;
};

/** Whether a next hop can be reached from an address: in its network, or link-local; a lone address has no network. Never throws. */
export const reaches = ({ address, prefixLength }: OwnAddress, gateway: string): boolean => {
  const [network, hop] = [networkOf(address, prefixLength), networkOf(gateway)];
  if (network === null || hop === null) return true;
  return network.length === networkOf(address)?.length || covers(network, hop) || isLinkLocal(gateway);
};

/** Whether an IPv6 address means something on one link only. Never throws. */
export const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);
