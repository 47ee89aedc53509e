/** A line of the difference between two texts. */
export interface DifferentLine {
  readonly kind: "same" | "removed" | "added";
  /** From 1: in the text before if it was removed, else in the text after. */
  readonly line: number;
  readonly text: string;
}

/** So many lines around a change are told, so that one sees where it is. */
const AROUND = 3;

/** More pairs of lines than this aren't compared: what differs counts as replaced. A second at the worst on a slow router. */
const PAIRS_MAX = 4_000_000;

/** What has to be removed and added to make one text of the other, in the order of the text. Pure; never throws. */
export const difference = (before: string, after: string): DifferentLine[] => {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const head = commonLength(old, now);
  const tail = commonLength(old.slice(head).reverse(), now.slice(head).reverse());
  const middle = compare(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  const lines = [...now.slice(0, head).map(same), ...middle, ...now.slice(now.length - tail).map(same)];
  return nearChanges(numbered(lines));
};

interface Change {
  readonly kind: DifferentLine["kind"];
  readonly text: string;
}

const same = (text: string): Change => ({ kind: "same", text });
const removed = (text: string): Change => ({ kind: "removed", text });
const added = (text: string): Change => ({ kind: "added", text });

const commonLength = (one: readonly string[], other: readonly string[]): number => {
  const end = one.findIndex((line, index) => line !== other[index]);
  return end < 0 ? one.length : end;
};

/** By the longest common subsequence. */
const compare = (old: readonly string[], now: readonly string[]): Change[] => {
  if (old.length * now.length > PAIRS_MAX) return [...old.map(removed), ...now.map(added)];
  const lengths = commonLengths(old, now);
  const width = now.length + 1;
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  const changes: Change[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    const [before, after] = [old[row], now[column]];
    if (before === after && before !== undefined) {
      changes.push(same(before));
      row += 1;
      column += 1;
    } else if (after === undefined || (before !== undefined && at(row + 1, column) >= at(row, column + 1))) {
      changes.push(removed(before ?? ""));
      row += 1;
    } else {
      changes.push(added(after));
      column += 1;
    }
  }
  return changes;
};

/** How many lines the rests from each pair of places on have in common; row by row. */
const commonLengths = (old: readonly string[], now: readonly string[]): Uint16Array => {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const [below, beside] = [lengths[(row + 1) * width + column] ?? 0, lengths[row * width + column + 1] ?? 0];
      const diagonal = (lengths[(row + 1) * width + column + 1] ?? 0) + 1;
      lengths[row * width + column] = old[row] === now[column] ? diagonal : Math.max(below, beside);
    }
  }
  return lengths;
};

const numbered = (changes: readonly Change[]): DifferentLine[] => {
  let [before, after] = [0, 0];
  return changes.map(({ kind, text }) => {
    if (kind !== "added") before += 1;
    if (kind !== "removed") after += 1;
    return { kind, line: kind === "removed" ? before : after, text };
  });
};

const nearChanges = (lines: readonly DifferentLine[]): DifferentLine[] => {
  const near = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind !== "same") for (let place = index - AROUND; place <= index + AROUND; place += 1) near.add(place);
  }
  return lines.filter((_, index) => near.has(index));
};
