/** A drawn number and the generator's next state. */
export interface Draw {
  /** 0 ≤ value < 1. */
  readonly value: number;
  readonly random: number;
}

/**
 * Draws from mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to keep probes of many
 * detectors apart, and the same on every machine. Never throws.
 */
export const draw = (random: number): Draw => {
  const next = (random + 0x6d2b79f5) | 0;
  const mixed = Math.imul(next ^ (next >>> 15), next | 1);
  const again = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
  return { value: ((again ^ (again >>> 14)) >>> 0) / 0x1_0000_0000, random: next };
};
