import type { TrafficCount } from "../core/event.ts";
import type { Family } from "../core/family.ts";

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

/** What a counter counts, and how far it had come at the reading before. */
interface Meter {
  readonly number: number;
  readonly family: Family;
  readonly direction: "sent" | "received";
  packets: number;
}

const NONE: readonly TrafficCount[] = [];

/** A meter without a reading yet. */
export const openTrafficMeter = (): TrafficMeter => {
  const meters = new Map<string, Meter | null>();
  /** Of the first reading nothing is known. */
  const growth = ({ name, packets }: NamedCounter): { meter: Meter; grown: number } | null => {
    const meter = meters.get(name);
    if (meter === undefined) meters.set(name, meterOf(name, packets));
    if (meter == null || meter.packets === packets) return null;
    const grown = grownTo(packets, meter.packets);
    meter.packets = packets;
    return { meter, grown };
  };
  return {
    since: (counters) => {
      let counts = NONE;
      for (const counter of counters) {
        const seen = growth(counter);
        if (seen !== null) counts = withGrowth(counts, seen.meter, seen.grown);
      }
      return counts;
    },
  };
};

const meterOf = (name: string, packets: number): Meter | null => {
  const [, number, family, direction] = NAME.exec(name) ?? [];
  if (number === undefined) return null;
  return { number: Number(number), family: family as Family, direction: direction as Meter["direction"], packets };
};

/** A table that was loaded anew counts from 0. */
const grownTo = (now: number, before: number): number => (now > before ? now - before : now);

const withGrowth = (counts: readonly TrafficCount[], meter: Meter, grown: number): readonly TrafficCount[] => {
  const { number, family, direction } = meter;
  const isIt = (count: TrafficCount): boolean => count.number === number && count.family === family;
  const count = counts.find(isIt) ?? { number, family, sent: 0, received: 0 };
  return [...counts.filter((other) => !isIt(other)), { ...count, [direction]: count[direction] + grown }];
};
