import { matchAt, readWord, type ShellCursor, type Word } from "./shell-word.ts";

/** A variable that a shell file sets, and to what: null where only running something would tell, `why` says what. */
export type Assignment = Word & {
  readonly name: string;
  /** From 1. */
  readonly line: number;
};

/** A command in a shell file, which nobody runs. */
export interface Skipped {
  /** Its first word, cut off. */
  readonly word: string;
  /** From 1. */
  readonly line: number;
}

/** What a shell file says, as far as that can be known without running it. */
export interface ShellFile {
  readonly assignments: readonly Assignment[];
  readonly skipped: readonly Skipped[];
  /** The line of a quote that is never closed: nothing behind it is understood; null where there is none. */
  readonly openQuote: number | null;
}

const BLANKS = /(?:[ \t\r]|\\\r?\n)+/y;
const COMMENT = /#[^\n]*/y;
const OPERATOR = /[<>()]/y;
const NAME = /(?:(?:export|readonly)[ \t]+)?([A-Za-z_]\w{0,63})=/y;
const HERE_DOCUMENT = /<<-?[ \t]*\\?(['"]?)([A-Za-z_]\w{0,63})\1/y;

const OPENERS: ReadonlySet<string> = new Set(["if", "case", "for", "while", "until", "{"]);
const CLOSERS: ReadonlySet<string> = new Set(["fi", "esac", "done", "}"]);

const WORD_SHOWN_MAX = 40;

/**
 * Reads the assignments of a file in the POSIX shell's syntax (IEEE 1003.1, XCU 2), in time linear in its length. Nothing is
 * run: values that depend on commands or conditions are named and left unknown. `known`: what earlier files have set. Never
 * throws.
 */
export const readShell = (text: string, known: ReadonlyMap<string, string> = new Map()): ShellFile => {
  const cursor: ShellCursor = { text, known: new Map(known), at: 0, openQuoteAt: null };
  const lineAt = lineCounter(text);
  const assignments: Assignment[] = [];
  const skipped: Skipped[] = [];
  let depth = 0;
  let chained = false;
  while (cursor.at < text.length && cursor.openQuoteAt === null) {
    const { assigned, words, line, end, undo } = readCommand(cursor, lineAt);
    const isCertain = depth === 0 && !chained && words.length === 0;
    depth = Math.max(0, depth + depthOf(words));
    if (words[0] !== undefined) skipped.push({ word: words[0].slice(0, WORD_SHOWN_MAX), line });
    if (!isCertain) undo();
    if (words.length === 0) assignments.push(...assigned.map((one) => (isCertain ? one : { ...one, ...CONDITIONAL })));
    if (end !== "\n" || words.length + assigned.length > 0) chained = end === "&" || end === "|";
  }
  return { assignments, skipped, openQuote: cursor.openQuoteAt === null ? null : lineAt(cursor.openQuoteAt) };
};

/** What becomes of an assignment that may never be made. */
export const CONDITIONAL = { value: null, why: "is set under a condition" } as const;

/** For offsets in rising order. */
const lineCounter = (text: string): ((at: number) => number) => {
  let line = 1;
  let end = text.indexOf("\n");
  return (at) => {
    for (; end >= 0 && end < at; end = text.indexOf("\n", end + 1)) line += 1;
    return line;
  };
};

/** How many blocks a command opens (or closes): what is in them may never be run. */
const depthOf = ([first = "", ...others]: readonly string[]): number => {
  if (OPENERS.has(first) || others.slice(0, 3).join(" ") === "( ) {") return 1;
  return CLOSERS.has(first) ? -1 : 0;
};

interface CommandRead {
  /** Not set where something is run as well: `A=1 command` sets A for that command only. */
  readonly assigned: readonly Assignment[];
  readonly words: readonly string[];
  readonly line: number;
  /** What ended it; empty at the end of the file. */
  readonly end: string;
  /** Forgets what its assignments made known: they may never be made. */
  readonly undo: () => void;
}

const readCommand = (cursor: ShellCursor, lineAt: (at: number) => number): CommandRead => {
  const line = lineAt(cursor.at);
  const before: [string, string | undefined][] = [];
  const assigned: Assignment[] = [];
  const words: string[] = [];
  let document: string | undefined;
  let end = "";
  while (cursor.at < cursor.text.length && end === "") {
    if (matchAt(cursor, BLANKS) !== null || matchAt(cursor, COMMENT) !== null) continue;
    end = /[\n;&|]/.exec(cursor.text[cursor.at] ?? "")?.[0] ?? "";
    const at = cursor.at;
    if (end !== "") cursor.at += 1;
    else readPiece(cursor, { assigned, words, line: lineAt(at), before, onDocument: (word) => (document = word) });
  }
  if (document !== undefined) skipDocument(cursor, document);
  const undo = (): void => {
    for (const [name, value] of before.toReversed()) remember(cursor, name, value);
  };
  return { assigned, words, line: assigned[0]?.line ?? line, end, undo };
};

interface Pieces {
  readonly assigned: Assignment[];
  readonly words: string[];
  readonly line: number;
  /** What variables were before they were assigned. */
  readonly before: [string, string | undefined][];
  readonly onDocument: (word: string) => void;
}

const readPiece = (cursor: ShellCursor, { assigned, words, onDocument, ...rest }: Pieces): void => {
  const document = matchAt(cursor, HERE_DOCUMENT)?.[2];
  const operator = document === undefined ? matchAt(cursor, OPERATOR)?.[0] : undefined;
  const name =
    words.length === 0 && document === undefined && operator === undefined ? matchAt(cursor, NAME)?.[1] : undefined;
  if (document !== undefined) onDocument(document);
  else if (operator !== undefined) words.push(operator);
  else if (name !== undefined) assigned.push(assign(cursor, name, rest));
  else words.push(readWord(cursor).value ?? "?");
};

/** Known to what follows, within the same command too. */
const assign = (cursor: ShellCursor, name: string, { line, before }: Pick<Pieces, "line" | "before">): Assignment => {
  const word = readWord(cursor);
  before.push([name, cursor.known.get(name)]);
  remember(cursor, name, word.value ?? undefined);
  return { name, line, ...word };
};

const remember = ({ known }: ShellCursor, name: string, value: string | undefined): void => {
  if (value === undefined) known.delete(name);
  else known.set(name, value);
};

const skipDocument = (cursor: ShellCursor, word: string): void => {
  const end = new RegExp(`^\\t*${word}\\r?$`, "m");
  const found = end.exec(cursor.text.slice(cursor.at));
  cursor.at = found === null ? cursor.text.length : cursor.at + found.index + found[0].length;
};
