import * as z from "zod";
import { config } from "./schema.ts";
import { DURATION_PATTERN } from "./value/duration.ts";

/** What the schema says of one option: the part of JSON Schema that zod makes of ours. */
export interface Option {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  /** Of a duration: `0s to 7d`. */
  readonly range?: string;
  /** Never shown to anybody. */
  readonly secret?: true;
  /** Of a number: what it counts. */
  readonly unit?: string;
  readonly properties?: Readonly<Record<string, Option>>;
  readonly required?: readonly string[];
  readonly items?: Option;
  readonly anyOf?: readonly Option[];
  readonly oneOf?: readonly Option[];
}

let made: Option | undefined;

/** The JSON Schema of what may be written in the config file. Made once, when first asked for: it takes a millisecond or more. */
export const configJsonSchema = (): Option => {
  made ??= z.toJSONSchema(config, { io: "input" }) as Option;
  return made;
};

/** The option at a path; undefined where the schema knows none. */
export const optionAt = (root: Option, path: readonly PropertyKey[]): Option | undefined =>
  path.reduce<Option | undefined>((option, key) => option && child(option, key), root);

const child = (option: Option, key: PropertyKey): Option | undefined => {
  const inBranch = (branch: Option) => (typeof key === "number" ? branch.items : branch.properties?.[String(key)]);
  const found = branchesOf(option).flatMap((branch) => inBranch(branch) ?? []);
  return found.length > 1 ? { anyOf: found } : found[0];
};

/** The alternatives of an option, or the option alone. */
export const branchesOf = (option: Option): readonly Option[] => {
  const branches = option.anyOf ?? option.oneOf;
  return branches === undefined ? [option] : branches.flatMap(branchesOf);
};

/** What may be given, in words: `a whole number from 1 to 256`. */
export const describeValues = (option: Option): string => {
  const branches = branchesOf(option);
  if (branches.length > 1) return [...new Set(branches.map(describeValues))].join(", or ");
  if (option.const !== undefined) return String(option.const);
  if (option.enum !== undefined) return either(option.enum.map(String));
  return (DESCRIBE[option.type ?? ""] ?? (() => "something else"))(option);
};

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

const DESCRIBE: Readonly<Record<string, (option: Option) => string>> = {
  boolean: () => "true or false",
  integer: (option) => `a whole number${between(option)}`,
  number: (option) => `a number${between(option)}`,
  string: (option) => describeText(option),
  array: () => "a list",
  object: () => "a group of options",
};

const between = ({ minimum, maximum, unit }: Option): string =>
  `${minimum === undefined ? "" : ` from ${minimum} to ${maximum}`}${unit === undefined ? "" : ` ${unit}`}`;

/** Whether the option is a duration. */
export const isDuration = (option: Option): boolean => option.pattern === DURATION_PATTERN.source;

const describeText = (option: Option): string => {
  if (isDuration(option)) return `a duration from ${option.range}, such as ${option.default ?? "10s"}`;
  const example = option.examples?.[0];
  return example === undefined ? "text" : `text such as ${example}`;
};
