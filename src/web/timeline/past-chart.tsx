import type { JSX } from "preact";
import type { HistoryAnswer } from "../../core/history/answer.ts";
import { Chart } from "../part/chart.tsx";
import { meanOf, type Total, timesOf, totalsOf } from "../server/totals.ts";
import { percent, rtt } from "../word/format.ts";

interface Props {
  readonly uplinks: readonly string[];
  readonly answer: HistoryAnswer;
}

/** How the lines were: round trip and loss, of all targets together. */
export const PastChart = ({ uplinks, answer: { series } }: Props): JSX.Element | null => {
  const times = timesOf(series);
  // One point is no line yet.
  if (times.length < 2) return null;
  const columns = uplinks.map((name) => ({ name, totals: totalsOf(series.filter(({ uplink }) => uplink === name)) }));
  const column = (value: (total: Total | undefined) => number | null | undefined) =>
    columns.map(({ name, totals }) => ({ name, values: times.map((at) => value(totals.get(at))) }));
  const seconds = times.map((at) => at / 1000);
  return (
    <section class="card charts no-print" aria-label="Round trip and loss">
      <Chart title="Round trip" times={seconds} series={column(meanOf)} format={rtt} least={1} />
      <Chart
        title="Loss"
        times={seconds}
        series={column((total) => total && total.lost / total.sent)}
        format={percent}
        least={0.05}
      />
    </section>
  );
};
