import { type Line, paint } from "./line.ts";
import type { Terminal } from "./terminal.ts";

/** A whole terminal that is drawn over and over. */
export interface Screen {
  /** Shows these lines; only rows that changed are written. */
  draw(lines: readonly Line[]): void;
  /** The next drawing writes every row. */
  forget(): void;
  /** The terminal as it was before. A second call does nothing. */
  close(): void;
}

/**
 * xterm's control sequences: 1049 the alternate buffer, 25 the cursor, 7 wrapping at the right edge; 2026 shows all that
 * is between at once, and is ignored by terminals that don't know it.
 */
const OPEN = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const CLOSE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const BEGIN_UPDATE = "\u001b[?2026h";
const END_UPDATE = "\u001b[?2026l";

/** Opens the alternate screen. */
export const openScreen = ({ terminal, colours }: { terminal: Terminal; colours: boolean }): Screen => {
  let before: readonly string[] = [];
  let closed = false;
  terminal.write(OPEN);
  return {
    draw: (lines) => {
      const next = lines.map((line) => paint(line, colours));
      const changes = changedRows(before, next);
      if (changes !== "" && !closed) terminal.write(`${BEGIN_UPDATE}${changes}${END_UPDATE}`);
      before = next;
    },
    forget: () => {
      before = [];
      if (!closed) terminal.write("\u001b[2J");
    },
    close: () => {
      if (!closed) terminal.write(CLOSE);
      closed = true;
    },
  };
};

/** What turns one screen into another: for each row that differs, go there, write it, erase the rest of it. Pure. */
export const changedRows = (before: readonly string[], next: readonly string[]): string =>
  Array.from({ length: Math.max(before.length, next.length) }, (_, row) =>
    before[row] === next[row] ? "" : `\u001b[${row + 1};1H${next[row] ?? ""}\u001b[K`,
  ).join("");
