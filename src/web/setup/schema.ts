import type { Option } from "../../config/option.ts";

/** The config's JSON Schema, or a part of it. */
export type Schema = Option;

/** A key in a group, or a place in a list. */
export type Path = readonly (string | number)[];

/** How an option is asked for. */
export type Kind = "switch" | "select" | "number" | "text" | "lines" | "group" | "groups" | "preset";

const branches = ({ anyOf, oneOf }: Schema): readonly Schema[] =>
  (anyOf ?? oneOf ?? []).flatMap((one) => [one, ...branches(one)]);

/** The alternatives of a schema that are groups of options. */
export const groupBranches = (schema: Schema): readonly Schema[] =>
  branches(schema).filter(({ properties }) => properties !== undefined);

/** The words that may be given as they are. */
export const wordsIn = (schema: Schema): readonly string[] =>
  [schema, ...branches(schema)]
    .flatMap((one) => [...(one.enum ?? []), ...(one.const === undefined ? [] : [one.const])])
    .map(String);

export const kindOf = (schema: Schema): Kind => {
  if (schema.type === "boolean") return "switch";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "object") return "group";
  if (schema.type === "array") return schema.items?.properties === undefined ? "lines" : "groups";
  if (groupBranches(schema).length > 0 && wordsIn(schema).length > 0) return "preset";
  if (groupBranches(schema).length > 0) return "group";
  const takesMore = branches(schema).some(
    ({ type, enum: words, const: word }) => type === "string" && words === undefined && word === undefined,
  );
  return wordsIn(schema).length > 0 && !takesMore ? "select" : "text";
};

/** What may be given: beneath the field. */
export const limitsOf = (schema: Schema): string => {
  if (kindOf(schema) === "lines") return "One a line.";
  const range = [schema, ...branches(schema)].find((one) => one.range !== undefined)?.range;
  const numbers =
    schema.minimum === undefined
      ? undefined
      : `${schema.minimum} to ${schema.maximum}${schema.unit === undefined ? "" : ` ${schema.unit}`}`;
  const words = range === undefined ? [] : wordsIn(schema);
  return [range ?? numbers, ...words].filter((one) => one !== undefined).join(", or ");
};

/** What holds where nothing is said; an empty text where that is nothing in particular. */
export const defaultText = ({ default: value, examples }: Schema): string => {
  if (Array.isArray(value)) return value.join("\n");
  if (value !== undefined && typeof value !== "object") return String(value);
  return examples?.[0] === undefined ? "" : `such as ${String(examples[0])}`;
};

/** A new group in a list: what is needed is there, with an example to be written over that no neighbour has. */
export const freshIn = ({ properties = {}, required = [] }: Schema, neighbours: readonly unknown[]): unknown =>
  Object.fromEntries(
    required.map((key) => {
      const taken = neighbours.map((one) => Reflect.get(Object(one), key));
      return [key, exampleOf(properties[key] ?? {}, taken)];
    }),
  );

const exampleOf = ({ items, examples = [], enum: words = [] }: Schema, taken: readonly unknown[]): unknown => {
  if (items !== undefined) return [exampleOf(items, [])];
  const [first = ""] = examples;
  const another = first === "" ? words[0] : `${first}-${taken.length + 1}`;
  return [...examples, ...words].find((one) => !taken.includes(one)) ?? another ?? "";
};

/** `holdAfterFailover` as people read it: `Hold after failover`. */
export const titleOf = (key: string): string => {
  const known = TITLES[key];
  if (known !== undefined) return known;
  const words = key.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

const TITLES: Readonly<Record<string, string>> = {
  ipv4: "IPv4",
  ipv6: "IPv6",
  nat: "NAT",
  dns: "DNS",
  mqtt: "MQTT",
  tls: "TLS",
  smtp: "SMTP",
  url: "URL",
};
