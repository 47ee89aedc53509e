import type { UsageCounted } from "../../core/event.ts";
import type { PeriodUsage } from "../../core/history/batch.ts";

/** Tells the core what uplinks with a cap have carried this month. */
export interface UsageTeller {
  /** Something may have been counted. `month`: what was, in one month. Never throws. */
  look(month: readonly PeriodUsage[]): void;
}

export interface UsageTellerOptions {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly onCounted: (counted: UsageCounted) => void;
}

/** The journal keeps all that the core is told, so little is told at leisure: less (octets) than this only every so often (ms). */
const WORTH_TELLING = 10_000_000;
const AT_LEISURE_MS = 60_000;

/** A teller that has told nothing yet. Never throws. */
export const openUsageTeller = ({ now, onCounted }: UsageTellerOptions): UsageTeller => {
  let told = { month: "", total: 0, at: 0 };
  return {
    look: (usage) => {
      const month = usage[0]?.period.slice(0, 7);
      if (month === undefined) return;
      const uplinks = usage.map(({ uplink, received, sent }) => ({ uplink, bytes: received + sent }));
      const total = uplinks.reduce((sum, { bytes }) => sum + bytes, 0);
      const isLittle = total - told.total < WORTH_TELLING && now() - told.at < AT_LEISURE_MS;
      if (month === told.month && isLittle) return;
      told = { month, total, at: now() };
      onCounted({ kind: "usage-counted", month, uplinks });
    },
  };
};
