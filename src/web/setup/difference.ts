/** One line of a difference. */
export interface Line {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
  /** Its number in the text where it stands. */
  readonly number: number;
}

/** Longer texts than this are compared as a whole: a table of so many cells (squared) is a moment's work. */
const LINES_MAX = 1500;

/** From one text to another, by the longest common subsequence of their lines. Pure. */
export const difference = (before: string, after: string): readonly Line[] => {
  const [from, to] = [before.split("\n"), after.split("\n")];
  const start = commonStart(from, to);
  const end = commonStart(from.slice(start).reverse(), to.slice(start).reverse());
  const middle = between(from.slice(start, from.length - end), to.slice(start, to.length - end));
  return withNumbers([...from.slice(0, start).map(same), ...middle, ...from.slice(from.length - end).map(same)]);
};

type Bare = Omit<Line, "number">;

const same = (text: string): Bare => ({ kind: "same", text });

const commonStart = (one: readonly string[], other: readonly string[]): number => {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return index;
  return length;
};

const between = (from: readonly string[], to: readonly string[]): readonly Bare[] => {
  if (from.length > LINES_MAX || to.length > LINES_MAX) {
    return [
      ...from.map((text): Bare => ({ kind: "removed", text })),
      ...to.map((text): Bare => ({ kind: "added", text })),
    ];
  }
  const common = table(from, to);
  const lines: Bare[] = [];
  for (let [i, j] = [0, 0]; i < from.length || j < to.length; ) {
    const [left, right] = [from[i], to[j]];
    if (left !== undefined && left === right) {
      lines.push(same(left));
      [i, j] = [i + 1, j + 1];
    } else if (left !== undefined && (right === undefined || cell(common, i + 1, j) >= cell(common, i, j + 1))) {
      lines.push({ kind: "removed", text: left });
      i += 1;
    } else {
      lines.push({ kind: "added", text: right ?? "" });
      j += 1;
    }
  }
  return lines;
};

/** How many lines the rests have in common, from each pair of places on. */
const table = (from: readonly string[], to: readonly string[]): readonly Uint16Array[] => {
  const rows = Array.from({ length: from.length + 1 }, () => new Uint16Array(to.length + 1));
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      const row = rows[i];
      if (row !== undefined) {
        row[j] =
          from[i] === to[j] ? cell(rows, i + 1, j + 1) + 1 : Math.max(cell(rows, i + 1, j), cell(rows, i, j + 1));
      }
    }
  }
  return rows;
};

const cell = (rows: readonly Uint16Array[], i: number, j: number): number => rows[i]?.[j] ?? 0;

const withNumbers = (lines: readonly Bare[]): readonly Line[] => {
  const count = { before: 0, after: 0 };
  return lines.map((line) => {
    if (line.kind !== "added") count.before += 1;
    if (line.kind !== "removed") count.after += 1;
    return { ...line, number: line.kind === "removed" ? count.before : count.after };
  });
};
