import type { JSX } from "preact";
import type { Status } from "../../core/status.ts";
import { Chart } from "../part/chart.tsx";
import { recorded } from "../server/record.ts";
import { useStore } from "../server/store.ts";
import { rtt } from "../word/format.ts";

/** How the uplinks have been since the page was opened. */
export const LiveCharts = ({ status }: { readonly status: Status }): JSX.Element => {
  const { times, rttMs } = useStore(recorded);
  const series = status.uplinks.map(({ name }) => ({ name, values: rttMs.get(name) ?? [] }));
  return (
    <section class="card charts" aria-label="Live charts">
      <Chart title="Round trip" times={times} series={series} format={rtt} least={1} />
    </section>
  );
};
