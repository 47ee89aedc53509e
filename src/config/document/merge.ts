import {
  Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/**
 * The text changed so that it says `value`. What stays the same keeps its form, its comments and its place; entries of a
 * list are known again by their `name`. A text that isn't YAML is written anew. `value`: what JSON can hold.
 */
export const mergeValue = (text: string, value: object): string => {
  const document = parseDocument(text, { logLevel: "error", uniqueKeys: false });
  if (document.errors.length > 0 || !isMap(document.contents)) return write(new Document(value));
  const edits = scalarEdits(document, document.contents, value);
  if (edits !== null) return splice(text, edits);
  mergeMap(document, document.contents, Object.entries(value));
  return write(document, text);
};

/** A value to be written in the place of another. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What to write where, if nothing but single values change: the rest of the text stays to the letter. Else null. */
const scalarEdits = (document: Document, node: unknown, value: unknown): Edit[] | null => {
  if (equal(toJs(document, node), value)) return [];
  if (isScalar(node) && !isGroup(value)) return editOf(node, value);
  const parts = isMap(node)
    ? node.items.map(({ key, value: inner }) => [keyOf(key), inner] as const)
    : isSeq(node) && Array.isArray(value)
      ? node.items.map((inner, place) => [String(place), inner] as const)
      : [];
  if (!isGroup(value) || parts.length === 0 || parts.map(([key]) => key).join() !== Object.keys(value).join())
    return null;
  const members = new Map(Object.entries(value));
  const edits = parts.map(([key, inner]) => scalarEdits(document, inner, members.get(key)));
  return edits.includes(null) ? null : edits.flatMap((some) => some ?? []);
};

/** A text of several lines needs more than to be put in the old one's place. */
const editOf = (node: Scalar, value: unknown): Edit[] | null => {
  const text = new Document(value).toString({ lineWidth: 0 }).trimEnd();
  const [from, to] = node.range ?? [0, 0];
  return text.includes("\n") || to <= from || node.anchor !== undefined
    ? null
    : [{ from, to, text: quotedWithin(text) }];
};

/** What may stand alone may end a list in brackets. */
const quotedWithin = (text: string): string =>
  /[,[\]{}]/.test(text) && !/^["']/.test(text) ? JSON.stringify(text) : text;

/** From the end on, so that the places before stay where they are. */
const splice = (text: string, edits: readonly Edit[]): string =>
  edits.reduceRight((result, edit) => `${result.slice(0, edit.from)}${edit.text}${result.slice(edit.to)}`, text);

/** A line is never broken: whoever reads it after us, a `grep` among them, finds it whole. */
const write = (document: Document, before = ""): string => {
  const isTight = /[[{]\S/.test(before) && !/[[{] /.test(before);
  return document.toString({ lineWidth: 0, flowCollectionPadding: !isTight });
};

const merge = (document: Document, node: unknown, value: unknown): Node => {
  if (isScalar(node) && !isGroup(value)) return withValue(node, value);
  if (isMap(node) && isGroup(value) && !Array.isArray(value)) return mergeMap(document, node, Object.entries(value));
  if (isSeq(node) && Array.isArray(value)) return mergeList(document, node, value);
  return document.createNode(value);
};

const isGroup = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The scalar keeps its comment; a new value gets the form that suits it. */
const withValue = (node: Scalar, value: unknown): Scalar => {
  if (node.value === value) return node;
  const changed = new Scalar(value);
  changed.comment = node.comment ?? null;
  changed.commentBefore = node.commentBefore ?? null;
  changed.spaceBefore = node.spaceBefore === true;
  return changed;
};

const mergeMap = (document: Document, map: YAMLMap, entries: readonly [string, unknown][]): YAMLMap => {
  const wanted = new Set(entries.map(([key]) => key));
  map.items = map.items.filter(({ key }) => wanted.has(keyOf(key)));
  for (const [key, value] of entries) {
    const pair = map.items.find((one) => keyOf(one.key) === key);
    if (pair === undefined) map.items.push(document.createPair(key, value));
    else if (!equal(toJs(document, pair.value), value)) pair.value = merge(document, pair.value, value);
  }
  return map;
};

const mergeList = (document: Document, list: YAMLSeq, values: readonly unknown[]): YAMLSeq => {
  giveCommentToFirst(list);
  const left = [...list.items];
  list.items = values.map((value, place) => {
    const found = left.findIndex((item, index) => isSame(toJs(document, item), value, index === place));
    if (found < 0) return document.createNode(value);
    const [item] = left.splice(found, 1, undefined);
    return equal(toJs(document, item), value) ? item : merge(document, item, value);
  });
  return list;
};

/** What is said above the first entry belongs to it rather than to the list. */
const giveCommentToFirst = (list: YAMLSeq): void => {
  const [first] = list.items;
  if (list.flow === true || list.commentBefore == null || !isNode(first) || first.commentBefore != null) return;
  first.commentBefore = list.commentBefore;
  list.commentBefore = null;
};

/** Whether an entry is the one that was there, changed or not. */
const isSame = (before: unknown, value: unknown, samePlace: boolean): boolean => {
  if (before === undefined) return false;
  const [name, wanted] = [before, value].map((one) => (isGroup(one) && "name" in one ? one.name : undefined));
  return name === undefined ? equal(before, value) || (samePlace && isGroup(before)) : name === wanted;
};

const keyOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

const toJs = (document: Document, node: unknown): unknown =>
  isGroup(node) && "toJS" in node && typeof node.toJS === "function" ? node.toJS(document) : node;

const equal = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
