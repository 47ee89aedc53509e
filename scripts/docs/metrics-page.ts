import { METRICS, metricsText } from "../../src/api/metrics.ts";
import type { Status } from "../../src/core/status.ts";
import { table } from "./table.ts";

/** docs/metrics.md: every figure, from the table that they are made of. */
export const metricsPage = (): string => `# Figures for Prometheus

Generated from \`src/api/metrics.ts\` by \`npm run docs\`.

\`GET /metrics\` gives these in Prometheus' text format, in base units (seconds, bytes, ratios of 0 to 1). A token of scope
\`read\` is needed once there is a password: \`wan-failover token create prometheus\`. See [fleet.md](fleet.md) for many
routers, and \`packaging/prometheus\` for a scrape configuration, alert rules (tested with promtool) and a Grafana dashboard.

${table(["Name", "Type", "Labels", "Meaning"], Object.entries(METRICS).map(row))}

The labels are bounded: \`uplink\` and \`interface\` are those of the config, 31 at the most; \`family\` is \`ipv4\` or \`ipv6\`; all
others have a few fixed values. With two uplinks there are some 75 series.
`;

const row = ([name, { type, help }]: [string, (typeof METRICS)[string]]): string[] => [
  `\`${name}\``,
  type,
  [...labelsOf(name)].map((label) => `\`${label}\``).join(" "),
  help,
];

/** The labels that a metric really has, out of an example. */
const labelsOf = (name: string): Set<string> =>
  new Set(
    [...EXAMPLE.matchAll(new RegExp(`^${name}\\{(.*)\\}`, "gm"))].flatMap(([, text]) =>
      [...(text ?? "").matchAll(/(\w+)=/g)].map(([, label]) => label ?? ""),
    ),
  );

const LINE = {
  verdict: "up",
  sinceMs: 0,
  reason: "",
  diverted: false,
  degraded: { loss: false, latency: false, portal: false },
  holdLeftMs: 0,
  gateway: null,
  addresses: [],
  targets: [],
  complaints: [],
  rttMs: 1,
  loss: 0,
  recentRttMs: [],
} as const;

const FAMILY = {
  active: [],
  carrying: [],
  diverted: false,
  sinceMs: 0,
  reason: "",
  holdLeftMs: 0,
  waiting: null,
  drains: [],
} as const;

const STATUS: Status = {
  online: true,
  active: [],
  summary: "",
  families: { ipv4: FAMILY, ipv6: FAMILY },
  uplinks: [
    {
      name: "a",
      interface: "b",
      number: 1,
      tier: 1,
      weight: 1,
      metered: false,
      essentialOnly: false,
      usage: { month: "", bytes: 0, cap: 1, share: 0 },
      traffic: { rate: null, month: { received: 0, sent: 0 } },
      families: { ipv4: LINE, ipv6: null },
    },
  ],
  pin: null,
  test: null,
  problems: [],
};

const EXAMPLE = metricsText({
  version: "",
  startedAt: 0,
  status: STATUS,
  tally: { switches: () => 0, diverts: () => 0, failures: () => 0 },
  use: { cpuSeconds: 0, residentBytes: 0 },
});
