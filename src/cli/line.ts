/** What a piece of text means, apart from its words. Every tone can be told without its colour as well. */
export type Tone = "plain" | "strong" | "faint" | "good" | "doubt" | "bad" | "first" | "second";

/** A piece of a line in one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A line of the screen before it is cut, wrapped or coloured. */
export type Line = readonly Span[];

/** ECMA-48 § 8.3.117 (SGR), of the colours that every terminal has and its user may choose. */
const GRAPHICS: Readonly<Record<Tone, string>> = {
  plain: "0",
  strong: "1",
  faint: "2",
  good: "32",
  doubt: "33",
  bad: "31",
  first: "36",
  second: "35",
};

/** Control characters, and what reverses the direction of text: reasons carry words of the kernel and of the network. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** A piece of text, made harmless for a terminal. */
export const span = (text: string, tone: Tone = "plain"): Span => ({ text: text.replace(UNPRINTABLE, " "), tone });

/** An empty line. */
export const BLANK: Line = [];

/** How many columns a line takes. */
export const widthOf = (line: Line): number => line.reduce((sum, { text }) => sum + lengthOf(text), 0);

const lengthOf = (text: string): number => [...text].length;

/** A line cut to a width, with an ellipsis where something is missing. */
export const clip = (line: Line, width: number): Line => {
  if (widthOf(line) <= width) return line;
  const kept: Span[] = [];
  let room = Math.max(0, width - 1);
  for (const { text, tone } of line) {
    kept.push({ text: [...text].slice(0, room).join(""), tone });
    room -= Math.min(room, lengthOf(text));
  }
  return width > 0 ? [...kept.filter(({ text }) => text !== ""), span("…", "faint")] : [];
};

/** A line broken between words; all but the first row are indented. A word that is too long stands alone. */
export const wrap = (line: Line, { width, indent }: { width: number; indent: number }): readonly Line[] => {
  const rows: Span[][] = [[]];
  let used = 0;
  for (const word of line.flatMap(wordsOf)) {
    if (used > indent && used + lengthOf(word.text.trimEnd()) > width) {
      rows.push([span(" ".repeat(indent))]);
      used = indent;
    }
    rows.at(-1)?.push(word);
    used += lengthOf(word.text);
  }
  return rows;
};

/** Before each word; a number stays with its unit. */
const BREAKS = /(?<= )(?! )(?<!\d (?=(?:ms|min|[smhd%])(?![a-z])))/u;

const wordsOf = ({ text, tone }: Span): Span[] => text.split(BREAKS).map((word) => ({ text: word, tone }));

/** A line as text for a terminal (with colours) or a file. */
export const paint = (line: Line, colours: boolean): string => {
  const text = line.map((piece) => (colours ? coloured(piece) : piece.text)).join("");
  return colours ? text : text.trimEnd();
};

const coloured = ({ text, tone }: Span): string =>
  tone === "plain" || text.trim() === "" ? text : `\u001b[${GRAPHICS[tone]}m${text}\u001b[0m`;
