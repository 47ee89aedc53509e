/** An option of a config that is being proposed. */
export interface Entry {
  readonly key: string;
  readonly value: Value;
  /** Where it comes from, or why it is so; one line. */
  readonly comment?: string;
}

export type Value =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly options: readonly Entry[] }
  | { readonly items: readonly (readonly Entry[])[] };

/** Line ends, and what a terminal would obey. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

const COMMENT_MAX = 200;

/** Where comments begin, if the option leaves room. */
const COMMENT_COLUMN = 44;

/** A text made harmless for a comment: one line, not too long. Never throws. */
export const asComment = (text: string): string => {
  const line = text.replace(UNPRINTABLE, " ").trim();
  return line.length > COMMENT_MAX ? `${line.slice(0, COMMENT_MAX)}…` : line;
};

/** The options as YAML, each with its comment. Never throws. */
export const yamlOf = (entries: readonly Entry[]): string => lines(entries, "").join("\n");

const lines = (entries: readonly Entry[], indent: string): string[] =>
  entries.flatMap((entry) => entryLines(entry, indent));

const entryLines = ({ key, value, comment }: Entry, indent: string): string[] => {
  if (typeof value !== "object") return [commented(`${indent}${key}: ${scalar(value)}`, comment)];
  if ("options" in value) return [commented(`${indent}${key}:`, comment), ...lines(value.options, `${indent}  `)];
  if ("items" in value)
    return [commented(`${indent}${key}:`, comment), ...value.items.flatMap((item) => itemLines(item, `${indent}  `))];
  return [commented(`${indent}${key}: [${value.map(scalar).join(", ")}]`, comment)];
};

const itemLines = (item: readonly Entry[], indent: string): string[] => {
  const [first = "", ...others] = lines(item, `${indent}  `);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...others];
};

const commented = (text: string, comment: string | undefined): string =>
  comment === undefined ? text : `${text.padEnd(COMMENT_COLUMN)} # ${asComment(comment)}`;

/** Words that YAML takes for text, whatever reads it. */
const PLAIN = /^[a-z/][a-z0-9./_-]*$/i;
const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i;
const DURATION = /^\d+(ms|s|m|h|d)$|^\d+[kmg]?bit$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/;

const scalar = (value: string | number | boolean): string => {
  if (typeof value !== "string") return String(value);
  const plain = (PLAIN.test(value) && !RESERVED.test(value)) || DURATION.test(value) || IPV4.test(value);
  return plain ? value : JSON.stringify(value);
};
