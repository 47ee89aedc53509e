/** Draws 0 ≤ x < 1. */
export type Chance = () => number;

/** A duration whose logarithm is normal, cut off at `capMs`. */
export interface Lognormal {
  readonly medianMs: number;
  readonly sigma: number;
  readonly capMs: number;
}

/** Memoryless: how long until the next of events that come each `mean` on average. */
export const exponential = (chance: Chance, mean: number): number => -mean * Math.log(1 - chance());

/** Box and Muller 1958. */
const normal = (chance: Chance): number => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());

export const lognormal = (chance: Chance, { medianMs, sigma, capMs }: Lognormal): number =>
  Math.min(capMs, medianMs * Math.exp(sigma * normal(chance)));

export const uniform = (chance: Chance, from: number, to: number): number => from + (to - from) * chance();
