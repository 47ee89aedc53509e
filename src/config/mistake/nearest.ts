/** How many letters must be changed, added, dropped or swapped with their neighbour to make `a` into `b`. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cheapest({ a, b, i, j, row, rows }));
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? b.length;
};

interface Cell {
  readonly a: string;
  readonly b: string;
  readonly i: number;
  readonly j: number;
  readonly row: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

const cheapest = ({ a, b, i, j, row, rows }: Cell): number => {
  const above = rows[i - 1] ?? [];
  const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  const swap = swapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : change;
  return Math.min(change, swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
};

/** The known word that was probably meant, or null where none is near. Upper and lower case count as the same. Never throws. */
export const nearest = (word: string, known: readonly string[]): string | null => {
  if (word.length > 60) return null;
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.far - other.far);
  const best = ranked[0];
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : null;
};
