import { type Spread, spreadOf } from "./spread.ts";

/** How often something is done. */
export interface Rounds {
  readonly rounds: number;
  /** In each round. */
  readonly times: number;
  /** Before the first round. */
  readonly warmUp: number;
}

/** Many short rounds: on a busy machine, most of them fit between two interruptions by other processes. */
export const USUAL_ROUNDS: Rounds = { rounds: 51, times: 1_000, warmUp: 20_000 };

/** Where results go, so that the compiler can't leave the work out. */
const sink: { last: unknown } = { last: undefined };

const repeat = (work: (index: number) => unknown, times: number): void => {
  for (let index = 0; index < times; index += 1) sink.last = work(index);
};

/** Microseconds that a call takes: of several rounds, each the mean of many calls. */
export const timePerCall = (work: (index: number) => unknown, how: Partial<Rounds> = {}): Spread => {
  const { rounds, times, warmUp } = { ...USUAL_ROUNDS, ...how };
  repeat(work, warmUp);
  const mean = (): number => {
    const began = performance.now();
    repeat(work, times);
    return ((performance.now() - began) * 1000) / times;
  };
  return spreadOf(Array.from({ length: rounds }, mean));
};
