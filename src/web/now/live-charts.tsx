import type { JSX } from "preact";
import type { Status } from "../../core/status.ts";
import { Chart } from "../part/chart.tsx";
import { type Figures, recorded } from "../server/record.ts";
import { useStore } from "../server/store.ts";
import { rate, rtt } from "../word/format.ts";

/** How the uplinks have been in the last ten minutes. */
export const LiveCharts = ({ status }: { readonly status: Status }): JSX.Element => {
  const moments = useStore(recorded);
  const times = moments.map(({ at }) => at);
  const column = (value: (figures: Figures | undefined) => number | null | undefined) =>
    status.uplinks.map(({ name }) => ({ name, values: moments.map(({ uplinks }) => value(uplinks.get(name))) }));
  const series = {
    rttMs: column((figures) => figures?.rttMs),
    received: column((figures) => figures?.received),
    sent: column((figures) => figures?.sent),
  };
  return (
    <section class="card charts" aria-label="The last ten minutes">
      <Chart title="Round trip" times={times} series={series.rttMs} format={rtt} least={1} />
      <Chart title="Received" times={times} series={series.received} format={rate} least={1000} />
      <Chart title="Sent" times={times} series={series.sent} format={rate} least={1000} />
    </section>
  );
};
