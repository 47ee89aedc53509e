import { type Line, type Span, span, type Tone, widthOf } from "../../src/cli/line.ts";

/** How the screen looks. */
export interface Look {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

const TONES: readonly Tone[] = ["first", "second"];

/** An uplink's own colour. */
export const toneOf = (index: number): Tone => TONES[index] ?? "plain";

/** The uplink's sign in the strip: blocks of two heights, or letters where there are no colours. */
export const signOf = (uplinks: readonly { readonly name: string }[], index: number, colours: boolean): Span => {
  if (colours) return span(index === 0 ? "█" : "▄", toneOf(index));
  const letters = uplinks.map(({ name }) => name.slice(0, 1).toUpperCase());
  const letter = new Set(letters).size === letters.length ? letters[index] : undefined;
  return span(letter ?? String(index + 1), toneOf(index));
};

/** The same, on the left of exactly this many columns or more. */
export const padded = (line: Line, width: number): Line => [
  ...line,
  span(" ".repeat(Math.max(0, width - widthOf(line)))),
];

/** Neighbours of one tone become one piece, so that less is written. */
export const merged = (line: Line): Line => {
  const pieces: Span[] = [];
  for (const piece of line) {
    const last = pieces.at(-1);
    if (last?.tone === piece.tone) pieces[pieces.length - 1] = { text: last.text + piece.text, tone: last.tone };
    else pieces.push(piece);
  }
  return pieces;
};

/** Seconds with a digit behind the point, as on a stop watch: "0.6 s". */
export const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
