import type { PastRates, RatePoint, Span } from "../../core/history/answer.ts";
import type { PeriodUsage } from "../../core/history/batch.ts";
import { rateSince } from "../rate-meter.ts";

/** How fast each uplink carried in the last hour, in a fixed amount of memory. */
export interface RateRing {
  /** Takes in what the uplinks have carried up to a moment (ms since boot), each in its newest period. Never throws. */
  add(at: number, usage: readonly PeriodUsage[]): void;
  /** What was taken in within a span (ms since boot), its end not included. Never throws. */
  between(span: Span): readonly PastRates[];
}

/** An hour of readings at one every 10 s. */
const KEPT = 360;

/** Who asks for the history has the counters read as well: a shorter time (ms) says less, and makes the hour shorter. */
const LEAST_MS = 5000;

/** An empty ring. Never throws. */
export const openRateRing = (): RateRing => {
  let before: { readonly at: number; readonly usage: readonly PeriodUsage[] } = { at: -LEAST_MS, usage: [] };
  let kept: ReadonlyMap<string, Points> = new Map();
  return {
    add: (at, usage) => {
      if (at - before.at < LEAST_MS) return;
      kept = new Map(usage.map(({ uplink }) => [uplink, kept.get(uplink) ?? openPoints()]));
      for (const now of usage) {
        const then = before.usage.find(({ uplink, period }) => uplink === now.uplink && period === now.period);
        if (then === undefined) continue;
        const { received, sent } = rateSince(then, now, at - before.at);
        kept.get(now.uplink)?.add([at, received, sent]);
      }
      before = { at, usage };
    },
    between: (span) => [...kept].map(([uplink, points]) => ({ uplink, points: points.between(span) })),
  };
};

/** Those of one uplink. */
interface Points {
  add(point: RatePoint): void;
  between(span: Span): readonly RatePoint[];
}

const openPoints = (): Points => {
  const numbers = new Float64Array(3 * KEPT);
  let added = 0;
  return {
    add: (point) => {
      numbers.set(point, 3 * (added % KEPT));
      added += 1;
    },
    between: ({ from, until }) => {
      const points: RatePoint[] = [];
      for (let index = Math.max(0, added - KEPT); index < added; index += 1) {
        const place = 3 * (index % KEPT);
        const [at = 0, received = 0, sent = 0] = numbers.subarray(place, place + 3);
        if (at >= from && at < until) points.push([at, received, sent]);
      }
      return points;
    },
  };
};
