import * as z from "zod";
import { type Family, familyName } from "../../core/family.ts";
import { canonicalAddress, familyOf, isGateway, isTarget } from "./address.ts";
import { DURATION_PATTERN, parseDuration } from "./duration.ts";

/** What each option says about itself, for `docs/config.md` and for editors. */
export interface OptionMeta {
  readonly description: string;
  readonly examples?: string[];
}

/** A range of durations, both ends included, as they are written. */
export interface DurationRange {
  readonly from: string;
  readonly to: string;
}

/** A strict object: an unknown key is a mistake. */
export const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape, meta: OptionMeta) =>
  z.strictObject(shape).meta({ ...meta });

/** Text such as `10m`; milliseconds once parsed. */
export const duration = ({ from, to }: DurationRange, meta: OptionMeta) =>
  z
    .string()
    .regex(DURATION_PATTERN, { error: "isn't a duration", abort: true })
    .refine((text) => isWithin(text, { from, to }), {
      error: "is out of range",
      params: { remedy: `give a duration from ${from} to ${to}` },
    })
    .meta({ ...meta, range: `${from} to ${to}` })
    .transform((text) => parseDuration(text) ?? 0);

const isWithin = (text: string, { from, to }: DurationRange): boolean => {
  const [ms, least, most] = [text, from, to].map(parseDuration);
  return ms != null && least != null && most != null && ms >= least && ms <= most;
};

/**
 * `dev_valid_name()` in net/core/dev.c: 1 to 15 bytes, no slash, colon or white space, neither `.` nor `..`. Nor what the
 * kernel would bear, but a rule of nftables can't name: a quote, a backslash or an asterisk, which there stands for more.
 */
export const isInterfaceName = (name: string): boolean =>
  Buffer.byteLength(name) <= 15 && /^[^/:\s"*\\\p{Cc}]+$/u.test(name) && name !== "." && name !== "..";

/** What people call an uplink, or what is steered. */
export const NAME_PATTERN = /^[a-z][a-z0-9-]{0,14}$/;

/** A name of that form. */
export const name = () =>
  z.string().regex(NAME_PATTERN, {
    error: "isn't a name: a lower-case letter, then up to 14 letters, digits and hyphens",
  });

/** The name of a network interface. */
export const interfaceName = () =>
  z.string().refine(isInterfaceName, {
    error: "can't be an interface: 1 to 15 characters, without spaces, slashes, colons, quotes and asterisks",
  });

/** The next hop of one family, in its canonical spelling. */
export const gateway = (family: Family, meta: OptionMeta) =>
  z
    .string()
    .refine((text) => isGateway(text, family), {
      error: ({ input }) => describeMisfit(String(input), family),
      params: { remedy: `give one ${familyName(family)} address, such as ${meta.examples?.[0]}` },
    })
    .meta({ ...meta })
    .transform(canonicalAddress);

/** A file by its absolute path. */
export const absolutePath = (meta: OptionMeta) =>
  z
    .string()
    .regex(/^\/[^\0\n]{1,4094}$/, { error: "isn't an absolute path" })
    .meta({ ...meta });

const describeMisfit = (text: string, wanted: Family): string => {
  const family = familyOf(text);
  if (family === null) return `"${text}" isn't an address`;
  return family === wanted ? `${text} can't be a gateway` : `${text} is an ${familyName(family)} address`;
};

/** An address that DNS queries can be sent to, in its canonical spelling. */
export const server = () =>
  z
    .string()
    .refine(isTarget, {
      error: ({ input }) => `${JSON.stringify(input)} can't be a DNS server's address`,
      params: { remedy: "give an IPv4 or IPv6 address, such as 9.9.9.9" },
    })
    .meta({ examples: ["9.9.9.9"] })
    .transform(canonicalAddress);
