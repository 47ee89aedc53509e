import type { TrafficCount } from "../../core/event.ts";
import type { Family } from "../../core/family.ts";
import type { CounterReading } from "./flows.ts";

/** Turns readings of the counters into what was counted since the reading before. */
export interface TrafficMeter {
  /** The uplinks and families with packets since the last call; empty if there were none. Never throws. */
  since(reading: CounterReading): readonly TrafficCount[];
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
  const known = new Map<string, Meter | null>();
  let names: readonly string[] = [];
  let meters: readonly (Meter | null)[] = [];
  /** Of the first reading of a counter nothing is known. */
  const learn = (reading: CounterReading): void => {
    for (const [index, name] of reading.names.entries())
      if (!known.has(name)) known.set(name, meterOf(name, reading.packets[index] ?? 0));
    names = reading.names;
    meters = names.map((name) => known.get(name) ?? null);
  };
  return {
    since: (reading) => {
      if (reading.names !== names) learn(reading);
      let counts = NONE;
      for (const [index, meter] of meters.entries()) {
        const packets = reading.packets[index] ?? 0;
        if (meter === null || meter.packets === packets) continue;
        counts = withGrowth(counts, meter, grownTo(packets, meter.packets));
        meter.packets = packets;
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
