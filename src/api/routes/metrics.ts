import { METRICS_TYPE, metricsText } from "../metrics.ts";
import { PATHS } from "../paths.ts";
import { type Ports, type Route, route } from "../route.ts";

const text = ({ version, startedAt, status, tally }: Ports): string => {
  const { user, system } = process.cpuUsage();
  return metricsText({
    version,
    startedAt: Date.parse(startedAt) / 1000,
    status: status(),
    tally,
    use: { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() },
  });
};

/** The figures for Prometheus. */
export const METRICS_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.metrics,
    access: "read",
    summary: "Figures in Prometheus' text format.",
    answer: METRICS_TYPE,
    handle: (ports) => ({ code: 200, contentType: METRICS_TYPE, body: text(ports) }),
  }),
];
