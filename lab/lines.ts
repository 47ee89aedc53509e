import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Calls back with each line of a stream, parsed as JSON; lines that aren't JSON are left out, such as the last of a program that was ended while it wrote. */
export const jsonLines = <Line>(stream: Readable, onLine: (line: Line) => void): void => {
  createInterface({ input: stream }).on("line", (text) => {
    const line = parsed<Line>(text);
    if (line !== null) onLine(line);
  });
};

const parsed = <Line>(text: string): Line | null => {
  if (!text.startsWith("{")) return null;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
};

/** As `jsonLines`, for a child program: its standard input ends with its parent, and the process with that. */
export const inputLines = <Line>(onLine: (line: Line) => void): void => {
  jsonLines(process.stdin, onLine);
  process.stdin.on("end", () => process.exit(0));
};

/** Lines are gathered for so long: a write each would cost more than the measuring itself. */
const GATHER_MS = 10;

const gathered: string[] = [];

const flush = (): void => {
  process.stdout.write(gathered.splice(0).join(""));
};

/** Writes one line of JSON to the standard output, a few milliseconds later. */
export const writeLine = (line: object): void => {
  if (gathered.length === 0) setTimeout(flush, GATHER_MS);
  gathered.push(`${JSON.stringify(line)}\n`);
};
