import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair } from "yaml";

/** What is looked for: the value at a path, or its key. */
export interface Place {
  readonly path: readonly PropertyKey[];
  readonly atKey: boolean;
}

/** The offset in the text of the node at a place, or of the nearest thing around it that is there. Never throws. */
export const offsetOf = (document: Document, { path, atKey }: Place): number => {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, key] of path.entries()) {
    const step = enter(resolve(document, node), key);
    if (step === undefined) return offset;
    const last = depth === path.length - 1;
    offset = (last && atKey ? step.keyStart : (step.valueStart ?? step.keyStart)) ?? offset;
    node = step.value;
  }
  return offset;
};

interface Step {
  readonly value: unknown;
  readonly keyStart: number | undefined;
  /** Undefined for a value that isn't written, as in `interface:`. */
  readonly valueStart: number | undefined;
}

const resolve = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

const enter = (node: unknown, key: PropertyKey): Step | undefined => {
  if (isSeq(node)) return stepTo(node.items[Number(key)]);
  if (!isMap(node)) return undefined;
  // Of a key that is there twice the last one counts.
  const pair = node.items.findLast((item) => keyOf(item) === String(key));
  return pair === undefined ? undefined : { ...stepTo(pair.value), keyStart: startOf(pair.key) };
};

const stepTo = (value: unknown): Step => ({ value, keyStart: undefined, valueStart: startOf(value) });

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));

const startOf = (node: unknown): number | undefined => {
  if (!isNode(node) || isBlank(node)) return undefined;
  return node.range?.[0];
};

const isBlank = (node: Node): boolean => isScalar(node) && node.value === null && node.source === "";
