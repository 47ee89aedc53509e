import { draw } from "../../src/core/detector/random.ts";

/** Random numbers that a seed fixes. */
export interface Random {
  /** 0 ≤ value < 1. */
  next(): number;
  /** low ≤ value < high. */
  between(low: number, high: number): number;
  /** A whole number, low ≤ value ≤ high. */
  whole(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Item>(from: readonly Item[]): Item;
}

/** The same seed gives the same numbers on every machine. */
export const openRandom = (seed: number): Random => {
  let random = Math.imul(seed, 0x9e3779b1) | 0;
  const next = (): number => {
    const drawn = draw(random);
    random = drawn.random;
    return drawn.value;
  };
  const between = (low: number, high: number): number => low + next() * (high - low);
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));
  const pick = <Item>(from: readonly Item[]): Item => {
    const item = from[whole(0, from.length - 1)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  };
  return { next, between, whole, pick, chance: (probability) => next() < probability };
};
