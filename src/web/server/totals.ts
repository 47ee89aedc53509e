import type { PastSeries } from "../../core/history/answer.ts";

/** The probes of an uplink in a span, those of all targets together. */
export interface Total {
  readonly sent: number;
  readonly lost: number;
  readonly answered: number;
  /** The sum of those that were answered. */
  readonly rttMs: number;
}

const NOTHING: Total = { sent: 0, lost: 0, answered: 0, rttMs: 0 };

/** By the span's begin. */
export const totalsOf = (series: readonly PastSeries[]): ReadonlyMap<number, Total> => {
  const totals = new Map<number, Total>();
  for (const { points } of series) {
    for (const [at, sent, lost, , rttMsMean] of points) {
      const before = totals.get(at) ?? NOTHING;
      const answered = rttMsMean === null ? 0 : sent - lost;
      totals.set(at, {
        sent: before.sent + sent,
        lost: before.lost + lost,
        answered: before.answered + answered,
        rttMs: before.rttMs + answered * (rttMsMean ?? 0),
      });
    }
  }
  return totals;
};

/** The mean round trip, ms; null: nobody answered; undefined: nobody was asked, which is no gap. */
export const meanOf = (total: Total | undefined): number | null | undefined =>
  total && (total.answered === 0 ? null : total.rttMs / total.answered);

/** The begins of all spans, rising. */
export const timesOf = (series: readonly PastSeries[]): readonly number[] =>
  [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort((one, other) => one - other);
