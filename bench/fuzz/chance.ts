import { draw } from "../../src/core/detector/random.ts";

/** Numbers that look random and come again with the same seed. */
export interface Chance {
  /** 0 ≤ n < below, whole. */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

export const chanceFrom = (seed: number): Chance => {
  let random = seed;
  const below = (limit: number): number => {
    const drawn = draw(random);
    random = drawn.random;
    return Math.floor(drawn.value * limit);
  };
  return { below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
};
