import type { LinkCounters } from "../codec/link-counters.ts";
import type { Carried } from "../core/status.ts";

/** How fast interfaces carry at the moment. Costs nothing while nobody asks. */
export interface RateMeter {
  /** Bits a second of each interface, by its name; none of those that were never looked at before. Never throws. */
  read(): ReadonlyMap<string, Carried>;
}

export interface RateMeterOptions {
  readonly counters: () => readonly LinkCounters[];
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

/** Several who watch share a reading: a shorter time (ms) measures single packets. */
const SHARED_MS = 900;

/** A longer time (ms) says nothing of this moment. */
const MOMENT_MS = 20_000;

interface Reading {
  readonly at: number;
  readonly links: readonly LinkCounters[];
}

/** A meter that has read nothing. Never throws. */
export const openRateMeter = ({ counters, clock }: RateMeterOptions): RateMeter => {
  let before: Reading | null = null;
  let rates: ReadonlyMap<string, Carried> = new Map();
  return {
    read: () => {
      const at = clock();
      if (before !== null && at - before.at < SHARED_MS) return rates;
      const links = countersOrNone(counters);
      rates = before === null || at - before.at > MOMENT_MS ? new Map() : between(before, { at, links });
      before = { at, links };
      return rates;
    },
  };
};

/** A kernel that refuses is complained of by who counts for the history. */
const countersOrNone = (counters: () => readonly LinkCounters[]): readonly LinkCounters[] => {
  try {
    return counters();
  } catch {
    return [];
  }
};

const between = (before: Reading, now: Reading): ReadonlyMap<string, Carried> =>
  new Map(
    now.links.flatMap(({ index, name, received, sent }) => {
      const then = before.links.find((link) => link.index === index);
      if (then === undefined || received < then.received || sent < then.sent) return [];
      return [[name, rateSince(then, { received, sent }, now.at - before.at)]];
    }),
  );

/** Bits a second, of octets counted `ms` apart. Pure; never throws. */
export const rateSince = (then: Carried, now: Carried, ms: number): Carried => {
  const perSecond = (octets: number): number => Math.round((octets * 8000) / ms);
  return { received: perSecond(now.received - then.received), sent: perSecond(now.sent - then.sent) };
};
