/** Where reading a shell text has come to. */
export interface ShellCursor {
  readonly text: string;
  /** Variables whose values are known. */
  readonly known: Map<string, string>;
  at: number;
  /** Where a quote begins that is never closed, null if none. */
  openQuoteAt: number | null;
}

/** A word as the shell would pass it on, or why only running something would tell. */
export type Word = { readonly value: string; readonly why: null } | { readonly value: null; readonly why: string };

/** More is no setting. It also ends what `A="$A$A"` could grow to. */
const VALUE_MAX = 4096;

const EXCERPT_MAX = 60;

const PLAIN = /[^ \t\r\n'"`$\\;&|<>()]+/y;
const VERBATIM: Readonly<Record<Quote, RegExp>> = { '"': /[^"$`\\]+/y, "'": /[^']+/y };
const REFERENCE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/y;

/** Outside of quotes a backslash takes the meaning of whatever follows. */
const ANYTHING = /[\s\S]?/;

type Quote = '"' | "'";

/** What a word has come to so far. */
interface Growing {
  text: string;
  why: string | null;
}

/** What matches right here is passed; null where nothing does. `pattern` must be sticky. */
export const matchAt = (cursor: ShellCursor, pattern: RegExp): RegExpExecArray | null => {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found !== null) cursor.at = pattern.lastIndex;
  return found;
};

/** Reads a word up to the next blank, line end or operator. Never throws. */
export const readWord = (cursor: ShellCursor): Word => {
  const word: Growing = { text: "", why: null };
  while (cursor.at < cursor.text.length && readPart(cursor, word));
  if (cursor.openQuoteAt !== null) word.why ??= "has a quote that is never closed";
  return word.why === null ? { value: word.text, why: null } : { value: null, why: word.why };
};

const grow = (word: Growing, text: string): void => {
  if (word.text.length + text.length > VALUE_MAX) word.why ??= "is too long";
  if (word.why === null) word.text += text;
};

/** False at the word's end. */
const readPart = (cursor: ShellCursor, word: Growing): boolean => {
  const next = cursor.text[cursor.at];
  if (next === '"' || next === "'") readQuoted(cursor, word, next);
  else if (next === "$" || next === "`") readExpansion(cursor, word);
  else if (next === "\\") readEscape(cursor, word, ANYTHING);
  else {
    const plain = matchAt(cursor, PLAIN);
    if (plain === null) return false;
    grow(word, plain[0]);
  }
  return true;
};

/** Within double quotes a backslash stands for itself unless one of these follows. */
const ESCAPED_IN_QUOTES = /["$`\\\n]/;

const readQuoted = (cursor: ShellCursor, word: Growing, quote: Quote): void => {
  const begin = cursor.at;
  cursor.at += 1;
  while (cursor.at < cursor.text.length) {
    const next = cursor.text[cursor.at];
    if (next === quote) {
      cursor.at += 1;
      return;
    }
    if (quote === '"' && (next === "$" || next === "`")) readExpansion(cursor, word);
    else if (quote === '"' && next === "\\") readEscape(cursor, word, ESCAPED_IN_QUOTES);
    else grow(word, matchAt(cursor, VERBATIM[quote])?.[0] ?? "");
  }
  cursor.openQuoteAt = begin;
};

const readEscape = (cursor: ShellCursor, word: Growing, escaped: RegExp): void => {
  const next = cursor.text[cursor.at + 1] ?? "";
  if (!escaped.test(next)) grow(word, "\\");
  if (next !== "\n") grow(word, next);
  cursor.at += 2;
};

/** A variable that is known is put in; what would have to be run is passed over. */
const readExpansion = (cursor: ShellCursor, word: Growing): void => {
  const begin = cursor.at;
  const reference = matchAt(cursor, REFERENCE);
  if (reference !== null && cursor.text.startsWith("\\\n", cursor.at)) {
    word.why ??= "names a variable across lines";
  } else if (reference !== null) {
    grow(word, cursor.known.get(reference[1] ?? reference[2] ?? "") ?? "");
  } else if (/^\$(?:[\s"]|$)/.test(cursor.text.slice(begin, begin + 2))) {
    cursor.at += 1;
    grow(word, "$");
  } else {
    skipExpansion(cursor);
    const excerpt = cursor.text.slice(begin, Math.min(cursor.at, begin + EXCERPT_MAX));
    word.why ??= `would have to be run: ${excerpt}`;
  }
};

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "{": "}" };

/** Counts brackets rather than understanding what is between them: an expansion that isn't closed ends with the file. */
const skipExpansion = (cursor: ShellCursor): void => {
  const { text } = cursor;
  if (text[cursor.at] === "`") {
    cursor.at = behindNext(cursor, "`");
    return;
  }
  const open = text[cursor.at + 1] ?? "";
  const close = CLOSING[open];
  cursor.at += 2;
  for (let depth = close === undefined ? 0 : 1; depth > 0 && cursor.at < text.length; ) {
    const next = text[cursor.at];
    if (next === open) depth += 1;
    if (next === close) depth -= 1;
    cursor.at = next === '"' || next === "'" ? behindNext(cursor, next) : cursor.at + 1;
  }
};

/** Behind the next such quote, or at the end of the text. */
const behindNext = ({ text, at }: ShellCursor, quote: string): number => {
  const end = text.indexOf(quote, at + 1);
  return end < 0 ? text.length : end + 1;
};
