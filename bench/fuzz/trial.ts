import { chanceFrom } from "../../lab/chance.ts";
import { mutated, type Spoiler } from "./mutate.ts";
import type { Subject } from "./subject.ts";

/** How a reader bore what it was given. */
export interface Trial {
  readonly inputs: number;
  /** How many of them it took for well-formed. */
  readonly accepted: number;
  readonly seconds: number;
  /** The longest that one input took (ms); another program's time slice is in it. */
  readonly slowestMs: number;
  /** How many MiB the heap grew, after a collection where that can be asked for (`--expose-gc`). */
  readonly grownMiB: number;
}

export interface TrialOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Ends it earlier (ms). */
  readonly forMs?: number;
  /** How inputs come about; `mutated` when not said. */
  readonly spoil?: Spoiler;
  /** An input that takes more processor time (ms) is a failure; `SLOW_MS` when not said. */
  readonly slowMs?: number;
}

/** An input of some KiB that takes more processor time (ms) hangs a daemon that must notice an outage. */
const SLOW_MS = 250;

const MIB = 1024 * 1024;

/**
 * Gives a reader so many spoilt inputs. Throws with the input in hexadecimal where it fails other than by refusing, or
 * takes too long: the same seed finds it again.
 */
export const tryOut = (subject: Subject, options: TrialOptions): Trial => {
  const { inputs, seed, forMs = Number.POSITIVE_INFINITY, spoil = mutated, slowMs = SLOW_MS } = options;
  const chance = chanceFrom(seed);
  const before = heapUsed();
  const begin = performance.now();
  let accepted = 0;
  let slowestMs = 0;
  let count = 0;
  for (; count < inputs && performance.now() - begin < forMs; count += 1) {
    const input = spoil(subject.corpus, chance);
    const { taken, ms } = fed(subject, input);
    if (taken) accepted += 1;
    if (ms > slowMs && processorMs(subject, input) > slowMs) throw failure(subject, input, `takes ${ms.toFixed(0)} ms`);
    slowestMs = Math.max(slowestMs, ms);
  }
  const seconds = (performance.now() - begin) / 1000;
  return { inputs: count, accepted, seconds, slowestMs, grownMiB: (heapUsed() - before) / MIB };
};

const fed = (subject: Subject, input: Uint8Array): { taken: boolean; ms: number } => {
  const begin = performance.now();
  const taken = isTaken(subject, input);
  return { taken, ms: performance.now() - begin };
};

/** Without other programs' time slices. */
const processorMs = (subject: Subject, input: Uint8Array): number => {
  const begin = process.cpuUsage();
  isTaken(subject, input);
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
};

const isTaken = (subject: Subject, input: Uint8Array): boolean => {
  try {
    subject.read(input);
    return true;
  } catch (error) {
    if (subject.isRefusal(error)) return false;
    throw failure(subject, input, `fails with ${error instanceof Error ? error.stack : String(error)}`);
  }
};

const failure = ({ name }: Subject, input: Uint8Array, how: string): Error =>
  new Error(`${name} ${how}\ninput: ${Buffer.from(input).toString("hex")}`);

const heapUsed = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
