/** CLOCK_MONOTONIC in milliseconds: the same base in all processes of the machine, the product's `now` too. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Resolves after so many milliseconds. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
