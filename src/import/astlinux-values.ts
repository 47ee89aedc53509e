import { isIPv4 } from "node:net";
import { familyOf, isTarget } from "../config/value/address.ts";
import { interfaceAddress } from "../config/value/interface-address.ts";
import { type Judge, network } from "../config/value/network.ts";
import { type Family, familyName } from "../core/family.ts";
import type { Entry } from "./draft.ts";
import type { Variables } from "./variables.ts";

/** A number that a variable may hold, and the unit of the option that takes it. */
export interface NumberRule {
  readonly key: string;
  readonly variable: string;
  readonly from: number;
  readonly to: number;
  /** What AstLinux takes where it isn't set. */
  readonly otherwise: number;
  /** Empty for a plain number. */
  readonly unit: string;
}

/** An option out of a number's variable; AstLinux's default where the variable holds no such number. Never throws. */
export const numberEntry = (variables: Variables, { key, variable, from, to, otherwise, unit }: NumberRule): Entry => {
  const text = variables.get(variable);
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  const fits = number >= from && number <= to;
  if (!fits) variables.leave(variable, `isn't a whole number from ${from} to ${to}; AstLinux's default is taken`);
  const value = fits ? number : otherwise;
  return {
    key,
    value: unit === "" ? value : `${value}${unit}`,
    comment: fits ? variables.cite(variable) : `${variables.cite(variable)}: AstLinux's default`,
  };
};

/** Whether a variable says yes, as AstLinux asks. Never throws. */
export const isYes = (variables: Variables, name: string): boolean => variables.get(name) === "yes";

/** The words of a variable that fit; the others are noted. Never throws. */
export const wordsOf = (
  variables: Variables,
  name: string,
  { fits, reason }: { readonly fits: (word: string) => boolean; readonly reason: string },
): readonly string[] => {
  const words = variables
    .get(name)
    .split(/\s+/)
    .filter((word) => word !== "");
  const misfits = words.filter((word) => !fits(word));
  if (misfits.length > 0) variables.leave(name, `${reason}: ${misfits.join(" ")}`);
  return [...new Set(words.filter(fits))];
};

/** An address of a family in a variable; null where there is none. Never throws. */
export const addressIn = (variables: Variables, name: string, family: Family): string | null => {
  const text = variables.get(name);
  if (familyOf(text) === family && !isUnspecified(text)) return text;
  if (!isUnspecified(text)) variables.leave(name, `isn't an ${familyName(family)} address`);
  return null;
};

const isUnspecified = (text: string): boolean => text === "0.0.0.0" || text === "::";

/** Whether the config would take it as a network or an address. Never throws. */
export const isNetwork = (word: string, judge: Judge): boolean =>
  network(judge, { description: "", examples: [""] }).safeParse(word).success;

/** Whether the config would take it as an interface's own address, with the length of its network. Never throws. */
export const isOwnAddress = (text: string, family: Family): boolean =>
  interfaceAddress(family, { description: "", examples: [""] }).safeParse(text).success;

/** `255.255.255.0` or `24` as 24; null for what is no net mask (RFC 950: ones, then zeros). Never throws. */
export const prefixLengthOf = (mask: string): number | null => {
  if (/^\d{1,2}$/.test(mask)) return Number(mask) <= 32 ? Number(mask) : null;
  if (!isIPv4(mask)) return null;
  const bits = mask
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
  return /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : null;
};

/** Whom AstLinux may ping: it keeps only what consists of digits and dots. Never throws. */
export const isIpv4Target = (word: string): boolean => isIPv4(word) && isTarget(word);
