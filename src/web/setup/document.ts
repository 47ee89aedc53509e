import { type Document, isMap, isSeq, parseDocument } from "yaml";
import type { Path } from "./schema.ts";
import { removing, type Source, type Splice, setting, swapping } from "./splice.ts";

/** The config's text as what it says. A text that is no YAML says nothing; the daemon tells why. */
export const parsed = (text: string): unknown => {
  const document = parseDocument(text);
  return document.errors.length > 0 ? null : (document.toJS() ?? {});
};

/** The value at a path. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );

/** What can be done to a value. */
export type Edit =
  | { readonly kind: "set"; readonly path: Path; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: Path }
  | { readonly kind: "move"; readonly path: Path; readonly by: -1 | 1 };

/**
 * The text after an edit. Only the edited place is written anew: comments, order and spacing stay as somebody wrote them.
 * Where that doesn't lead to the value that is wanted, the whole is written anew, with its comments. A text that is no YAML
 * stays as it is.
 */
export const edited = (text: string, edit: Edit): string => {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  const spliced = withSplice(text, spliceFor({ text, document }, edit));
  apply(document, edit);
  return spliced !== null && saysTheSame(spliced, document)
    ? spliced
    : document.toString({ lineWidth: 0, flowCollectionPadding: true });
};

const spliceFor = (source: Source, edit: Edit): Splice | null => {
  if (edit.kind === "set") return setting(source, edit.path, edit.value);
  return edit.kind === "remove" ? removing(source, edit.path) : swapping(source, edit.path, edit.by);
};

const withSplice = (text: string, splice: Splice | null): string | null =>
  splice === null ? null : `${text.slice(0, splice.from)}${splice.text}${text.slice(splice.to)}`;

const saysTheSame = (text: string, wanted: Document): boolean => {
  const document = parseDocument(text);
  return document.errors.length === 0 && JSON.stringify(document.toJS()) === JSON.stringify(wanted.toJS());
};

const apply = (document: Document, edit: Edit): void => {
  if (edit.kind === "move") move(document, edit.path, edit.by);
  else if (edit.kind === "remove") remove(document, edit.path);
  else {
    makeParents(document, edit.path);
    document.setIn(edit.path, document.createNode(edit.value));
  }
};

/** A parent that is a mere word (`detection: balanced`), or nothing, makes room for a group. */
const makeParents = (document: Document, path: Path): void => {
  for (const length of path.keys()) {
    const parent = path.slice(0, length);
    const node = length === 0 ? document.contents : document.getIn(parent, true);
    if (isMap(node) || isSeq(node)) continue;
    const empty = document.createNode(typeof path[length] === "number" ? [] : {});
    if (length === 0) document.contents = empty;
    else document.setIn(parent, empty);
  }
};

/** A group that has become empty says nothing, so it goes too. */
const remove = (document: Document, path: Path): void => {
  document.deleteIn(path);
  const parent = path.slice(0, -1);
  const node = document.getIn(parent, true);
  if (parent.length > 0 && isMap(node) && node.items.length === 0) remove(document, parent);
};

const move = (document: Document, path: Path, by: -1 | 1): void => {
  const list = document.getIn(path.slice(0, -1), true);
  const index = Number(path.at(-1));
  if (!isSeq(list) || index + by < 0 || index + by >= list.items.length) return;
  const [item] = list.items.splice(index, 1);
  list.items.splice(index + by, 0, item);
};
