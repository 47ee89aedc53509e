import type { TrafficCount } from "../core/event.ts";
import { FAMILIES, type Family } from "../core/family.ts";

/** A named counter of our nft table. */
export interface NamedCounter {
  readonly name: string;
  readonly packets: number;
}

/** Turns readings of the counters into what was counted since the reading before. */
export interface TrafficMeter {
  /** The uplinks and families with packets since the last call; empty if there were none. Never throws. */
  since(counters: readonly NamedCounter[]): readonly TrafficCount[];
}

const NAME = /^uplink(\d+)_(ipv4|ipv6)_(sent|received)$/;

/** A meter without a reading yet. */
export const openTrafficMeter = (): TrafficMeter => {
  let before = new Map<string, number>();
  return {
    since: (counters) => {
      const now = new Map(counters.map(({ name, packets }) => [name, packets]));
      const counted = [...numbersIn(now)].flatMap((number) =>
        FAMILIES.map((family) => count({ number, family, before, now })),
      );
      before = now;
      return counted.filter(({ sent, received }) => sent > 0 || received > 0);
    },
  };
};

const numbersIn = (counters: ReadonlyMap<string, number>): Set<number> =>
  new Set([...counters.keys()].flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number));

interface Count {
  readonly number: number;
  readonly family: Family;
  readonly before: ReadonlyMap<string, number>;
  readonly now: ReadonlyMap<string, number>;
}

const count = ({ number, family, before, now }: Count): TrafficCount => {
  const grown = (direction: string): number => {
    const name = `uplink${number}_${family}_${direction}`;
    return growth(before.get(name), now.get(name) ?? 0);
  };
  return { number, family, sent: grown("sent"), received: grown("received") };
};

/** A table that was loaded anew counts from 0; of the first reading nothing is known. */
const growth = (before: number | undefined, now: number): number => {
  if (before === undefined) return 0;
  return now >= before ? now - before : now;
};
