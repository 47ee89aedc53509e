import { random32 } from "../random.ts";
import type { Target } from "./target-book.ts";

/** A probe that is neither answered nor forgotten. */
export interface OpenProbe {
  /** The caller's number. */
  readonly seq: number;
  readonly target: Target;
  /** The nonce, as two 32-bit numbers. */
  readonly nonceHigh: number;
  readonly nonceLow: number;
  /** Monotonic milliseconds, right before it was sent. */
  sentAt: number;
}

/** The probes under way, by the 16-bit sequence number that they have on the wire. */
export interface OpenProbes {
  /** Enters a probe with a fresh nonce; forgets those that are too old. Never throws. */
  add(probe: Pick<OpenProbe, "seq" | "target" | "sentAt">): { wireSequence: number; probe: OpenProbe };
  get(wireSequence: number): OpenProbe | undefined;
  remove(wireSequence: number): void;
  /** How many there are: 65536 at most. */
  count(): number;
}

/** An answer that took longer than this is of no use to anybody. */
const FORGET_AFTER_MS = 30_000;
const SEQUENCES = 0x10000;

/** No probe yet. The first number on the wire is random, so that a stranger doesn't know which are in use. Never throws. */
export const openProbeTable = (): OpenProbes => {
  const probes = new Map<number, OpenProbe>();
  let last = random32() % SEQUENCES;
  const forgetOld = (now: number): void => {
    for (const [wireSequence, probe] of probes) {
      if (now - probe.sentAt <= FORGET_AFTER_MS) return;
      probes.delete(wireSequence);
    }
  };
  const add: OpenProbes["add"] = ({ seq, target, sentAt }) => {
    forgetOld(sentAt);
    last = (last + 1) % SEQUENCES;
    const probe = { seq, target, sentAt, nonceHigh: random32(), nonceLow: random32() };
    probes.delete(last);
    probes.set(last, probe);
    return { wireSequence: last, probe };
  };
  return {
    add,
    get: (wireSequence) => probes.get(wireSequence),
    remove: (wireSequence) => void probes.delete(wireSequence),
    count: () => probes.size,
  };
};
