import { draw } from "../src/core/detector/random.ts";

/** Numbers that look random and come again with the same seed. */
export interface Chance {
  /** 0 ≤ n < 1. */
  fraction(): number;
  /** 0 ≤ n < below, whole. */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

export const chanceFrom = (seed: number): Chance => {
  let random = seed;
  const fraction = (): number => {
    const drawn = draw(random);
    random = drawn.random;
    return drawn.value;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return { fraction, below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
};
