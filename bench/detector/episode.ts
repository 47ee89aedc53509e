import { type Chance, exponential } from "./chance.ts";

/** A time in which something is the matter. `to` is exclusive; milliseconds. */
export interface Episode {
  readonly from: number;
  readonly to: number;
  /** How bad it is: what that means depends on the kind. */
  readonly depth: number;
}

/** Finds the episode of a moment. Moments must not go back. */
export type Lookup = (at: number) => Episode | null;

export const DAY_MS = 86_400_000;

/** Episodes that come `perDay` times on average until `untilMs`. */
export const episodes = (
  chance: Chance,
  { perDay, untilMs }: { readonly perDay: number; readonly untilMs: number },
  draw: () => { readonly lastsMs: number; readonly depth: number },
): Episode[] => {
  const found: Episode[] = [];
  if (perDay <= 0) return found;
  for (let from = exponential(chance, DAY_MS / perDay); from < untilMs; from += exponential(chance, DAY_MS / perDay)) {
    const { lastsMs, depth } = draw();
    found.push({ from, to: from + lastsMs, depth });
  }
  return found;
};

/** Of episodes that overlap, the one that began first counts. */
export const lookup = (unsorted: readonly Episode[]): Lookup => {
  const sorted = unsorted.toSorted((a, b) => a.from - b.from);
  let index = 0;
  return (at) => {
    for (let first = sorted[index]; first !== undefined && first.to <= at; first = sorted[index]) index += 1;
    const first = sorted[index];
    return first !== undefined && first.from <= at ? first : null;
  };
};
