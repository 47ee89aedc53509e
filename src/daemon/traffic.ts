import { monotonicMs } from "../adapter/clock.ts";
import { openLinkCounters } from "../adapter/kernel/link-counters.ts";
import type { PeriodUsage } from "../core/history/batch.ts";
import type { Carried, Status } from "../core/status.ts";
import { openRateMeter } from "../shell/rate-meter.ts";

/** Adds what each uplink carries to a status. `thisMonth`: what the history has counted. */
export const openTraffic = (thisMonth: () => readonly PeriodUsage[]): ((status: Status) => Status) => {
  const meter = openRateMeter({ counters: openLinkCounters(), clock: monotonicMs });
  return (status) => {
    const rates = meter.read();
    const usage = thisMonth();
    return {
      ...status,
      uplinks: status.uplinks.map((uplink) => {
        const rate = rates.get(uplink.interface ?? "") ?? null;
        return { ...uplink, traffic: { rate, month: monthOf(uplink.name, usage) } };
      }),
    };
  };
};

const monthOf = (name: string, usage: readonly PeriodUsage[]): Carried | null => {
  const month = usage.find(({ uplink }) => uplink === name);
  return month === undefined ? null : { received: month.received, sent: month.sent };
};
