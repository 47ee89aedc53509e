import type { PeriodUsage, StoredMeter } from "./batch.ts";

/** What was counted so far, and how far the interfaces' counters had come. */
export interface Counting {
  readonly usage: readonly PeriodUsage[];
  readonly meters: readonly StoredMeter[];
}

/**
 * Adds what an interface counted since the reading before. An interface that appeared anew, or a machine that was booted,
 * began at 0, and so did a counter that went back; of an interface never read before, nobody knows when it began to count.
 * `period`: the day on which the present one began. Pure; never throws.
 */
export const count = (counting: Counting, reading: StoredMeter, period: string): Counting => {
  const { uplink } = reading;
  const before = counting.meters.find((meter) => meter.uplink === uplink);
  const isOf = (one: PeriodUsage): boolean => one.uplink === uplink && one.period === period;
  const so = counting.usage.find(isOf) ?? { uplink, period, received: 0, sent: 0 };
  const usage = {
    ...so,
    received: so.received + growth(reading, before, "received"),
    sent: so.sent + growth(reading, before, "sent"),
  };
  return {
    usage: [...counting.usage.filter((one) => !isOf(one)), usage],
    meters: [...counting.meters.filter((meter) => meter.uplink !== uplink), reading],
  };
};

const growth = (now: StoredMeter, before: StoredMeter | undefined, direction: "received" | "sent"): number => {
  if (before === undefined) return 0;
  const goesOn = before.boot === now.boot && before.link === now.link && now[direction] >= before[direction];
  return goesOn ? now[direction] - before[direction] : now[direction];
};
