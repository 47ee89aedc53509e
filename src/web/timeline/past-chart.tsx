import type { JSX } from "preact";
import type { HistoryAnswer, PastSeries } from "../../core/history/answer.ts";
import { Chart } from "../part/chart.tsx";
import { percent, rtt } from "../word/format.ts";

interface Props {
  readonly uplinks: readonly string[];
  readonly answer: HistoryAnswer;
}

/** How the lines were: round trip and loss, of all targets together. */
export const PastChart = ({ uplinks, answer: { series } }: Props): JSX.Element | null => {
  if (series.length === 0) return null;
  const times = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort(
    (one, other) => one - other,
  );
  const columns = uplinks.map((name) => ({ name, totals: totalsOf(series.filter(({ uplink }) => uplink === name)) }));
  const column = (value: (total: Total) => number | null) =>
    columns.map(({ name, totals }) => ({ name, values: times.map((at) => value(totals.get(at) ?? NOTHING)) }));
  const seconds = times.map((at) => at / 1000);
  return (
    <section class="card charts no-print" aria-label="Round trip and loss">
      <Chart
        title="Round trip"
        times={seconds}
        series={column(({ answered, rttMs }) => (answered === 0 ? null : rttMs / answered))}
        format={rtt}
        least={1}
      />
      <Chart
        title="Loss"
        times={seconds}
        series={column(({ sent, lost }) => (sent === 0 ? null : lost / sent))}
        format={percent}
        least={0.05}
      />
    </section>
  );
};

interface Total {
  readonly sent: number;
  readonly lost: number;
  readonly answered: number;
  /** The sum of those that were answered. */
  readonly rttMs: number;
}

const NOTHING: Total = { sent: 0, lost: 0, answered: 0, rttMs: 0 };

const totalsOf = (series: readonly PastSeries[]): ReadonlyMap<number, Total> => {
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
