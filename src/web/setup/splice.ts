import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Path } from "./schema.ts";

/** A place in a text, and what shall stand there. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A text and what it was parsed to. */
export interface Source {
  readonly text: string;
  readonly document: Document;
}

/** What stands at a path is replaced; what isn't there yet is added to the group that it belongs to. */
export const setting = ({ text, document }: Source, path: Path, value: unknown): Splice => {
  const node = document.getIn(path, true);
  if (isNode(node)) return replacing(text, node, value);
  const depth = path.findLastIndex((_, length) => isNode(document.getIn(path.slice(0, length), true)));
  const parent = depth < 0 ? document.contents : document.getIn(path.slice(0, depth), true);
  const rest = path.slice(Math.max(0, depth));
  if (isMap(parent) && parent.items.length > 0) return intoMap(text, parent, nested(rest, value));
  if (isSeq(parent) && parent.items.length > 0) return intoList(text, parent, nested(rest.slice(1), value));
  if (isNode(parent) && parent !== document.contents) return replacing(text, parent, nested(rest, value));
  return {
    from: text.length,
    to: text.length,
    text: `${text === "" || text.endsWith("\n") ? "" : "\n"}${stringify(nested(rest, value))}`,
  };
};

const nested = (keys: Path, value: unknown): unknown =>
  keys.reduceRight<unknown>((inner, key) => (typeof key === "number" ? [inner] : { [key]: inner }), value);

/** On one line. */
const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true }).trimEnd();

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);

/** Where a node's text ends, without the white space that follows it. */
const endOf = (text: string, node: Node): number => {
  const [from, to] = node.range ?? [0, 0];
  return from + text.slice(from, to).trimEnd().length;
};

const isFlow = (node: Node): boolean => isCollection(node) && node.flow === true;

const replacing = (text: string, node: Node, value: unknown): Splice => {
  const [from, to] = [startOf(node), endOf(text, node)];
  const before = isScalar(node) && from === to && text[from - 1] === ":" ? " " : "";
  if (isCollection(node) && !isFlow(node) && Array.isArray(value)) {
    const indent = " ".repeat(columnOf(text, from));
    return { from, to, text: value.map((one) => `- ${inline(one)}`).join(`\n${indent}`) };
  }
  return { from, to, text: `${before}${inline(value)}` };
};

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

const columnOf = (text: string, at: number): number => at - lineStart(text, at);

/** After the comment that may follow, before the line's end. */
const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
};

const intoMap = (text: string, map: YAMLMap, value: unknown): Splice => {
  if (isFlow(map)) return intoFlow(text, map, inline(value).slice(2, -2));
  const last = map.items.at(-1) as Pair;
  const end = lineEnd(text, endOf(text, (isNode(last.value) ? last.value : last.key) as Node));
  const indent = " ".repeat(columnOf(text, startOf(map.items[0]?.key)));
  const lines = stringify(value, { lineWidth: 0 }).trimEnd().split("\n");
  return { from: end, to: end, text: lines.map((line) => `\n${indent}${line}`).join("") };
};

const intoList = (text: string, list: YAMLSeq, value: unknown): Splice => {
  if (isFlow(list)) return intoFlow(text, list, inline(value));
  const end = lineEnd(text, endOf(text, list.items.at(-1) as Node));
  return { from: end, to: end, text: `\n${" ".repeat(columnOf(text, startOf(list)))}- ${inline(value)}` };
};

const intoFlow = (text: string, node: YAMLMap | YAMLSeq, added: string): Splice => {
  const last = node.items.at(-1);
  const end = endOf(text, (isPair(last) ? (last.value ?? last.key) : last) as Node);
  return { from: end, to: end, text: `, ${added}` };
};

/** Lines of their own go as a whole; null where the text isn't so simple. */
export const removing = ({ text, document }: Source, path: Path): Splice | null => {
  const parent = document.getIn(path.slice(0, -1), true);
  const node = document.getIn(path, true);
  if (!isCollection(parent) || isFlow(parent)) return null;
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
  const from = lineStart(text, startOf(pair?.key ?? node));
  const to = lineEnd(text, isNode(node) ? endOf(text, node) : startOf(pair?.key));
  const lead = text.slice(from, startOf(pair?.key ?? node)).trim();
  return lead === (isMap(parent) ? "" : "-") ? { from, to: to + 1, text: "" } : null;
};

/** Two neighbours of a list change places, and what is between them stays. */
export const swapping = ({ text, document }: Source, path: Path, by: -1 | 1): Splice | null => {
  const index = Number(path.at(-1));
  const nodes = [Math.min(index, index + by), Math.max(index, index + by)].map((place) =>
    document.getIn([...path.slice(0, -1), place], true),
  );
  const [one, other] = nodes;
  if (!isNode(one) || !isNode(other)) return null;
  const [first, second] = [one, other].map((node) => ({ from: startOf(node), to: endOf(text, node) }));
  if (first === undefined || second === undefined) return null;
  const between = text.slice(first.to, second.from);
  return {
    from: first.from,
    to: second.to,
    text: `${text.slice(second.from, second.to)}${between}${text.slice(first.from, first.to)}`,
  };
};
