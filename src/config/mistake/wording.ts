import type * as z from "zod";
import { hidePassword } from "../document/hidden.ts";
import { branchesOf, describeValues, isDuration, type Option } from "../option.ts";
import { parseDuration } from "../value/duration.ts";
import { nearest } from "./nearest.ts";

/** An issue of zod's, the value that it is about, and what the schema says of that option. */
export interface Fault {
  readonly issue: z.core.$ZodIssue;
  readonly input: unknown;
  readonly option: Option;
}

/** What is wrong and what would be right. Never throws. */
export const wordsFor = (fault: Fault): { readonly message: string; readonly remedy: string } => ({
  message: messageFor(fault),
  remedy: remedyFor(fault),
});

const messageFor = ({ issue, input, option }: Fault): string => {
  if (input === undefined) return "is missing";
  if (input === null) return "is empty";
  if (typeof input === "number" && acceptsDuration(option)) return `${show(input)} has no unit`;
  if (issue.code === "custom") return issue.message;
  if (issue.code === "invalid_format") return `${show(input)} ${issue.message}`;
  if (issue.code === "too_small") return Array.isArray(input) ? "has too few entries" : `${show(input)} is too small`;
  if (issue.code === "too_big") return Array.isArray(input) ? "has too many entries" : `${show(input)} is too large`;
  return `${show(input)} doesn't fit`;
};

const LONGEST_SHOWN = 60;

const show = (input: unknown): string => {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object") return "a group of options";
  const text = hidePassword(typeof input === "string" ? JSON.stringify(input) : String(input));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
};

const remedyFor = ({ issue, input, option }: Fault): string => {
  if (issue.code === "custom" && typeof issue.params?.remedy === "string") return issue.params.remedy;
  const meant = typeof input === "string" ? guess(input, option) : null;
  if (meant !== null) return `did you mean ${meant}?`;
  if (Array.isArray(input) && option.type === "array") return `list ${option.minItems ?? 0} to ${option.maxItems}`;
  if (typeof input === "string" && option.type === "array") return `write it as a list: [${show(input)}]`;
  return `give ${describeValues(option)}${membersOf(option)}`;
};

/** As many options of a group as help to see what was meant. */
const MEMBERS_MAX = 6;

const membersOf = (option: Option): string => {
  const names = Object.keys(branchesOf(option).find(({ properties }) => properties !== undefined)?.properties ?? {});
  const more = names.length > MEMBERS_MAX ? ", …" : "";
  return names.length === 0 ? "" : `: ${names.slice(0, MEMBERS_MAX).join(", ")}${more}`;
};

const guess = (input: string, option: Option): string | null => {
  const closed = input.replaceAll(" ", "");
  if (acceptsDuration(option) && parseDuration(closed) !== null) return closed;
  return nearest(input, branchesOf(option).flatMap(wordsOf));
};

const acceptsDuration = (option: Option): boolean => branchesOf(option).some(isDuration);

const wordsOf = (option: Option): string[] => [...(option.enum ?? []), option.const ?? []].flat().map(String);
