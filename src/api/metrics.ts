import { FAMILIES, type Family } from "../core/family.ts";
import type { Status, UplinkFamilyStatus } from "../core/status.ts";
import { SWITCH_KINDS, type Tally } from "./tally.ts";

/** What the figures are made of. */
export interface Figures {
  readonly version: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly status: Status;
  readonly tally: Pick<Tally, "switches" | "diverts" | "failures">;
  readonly use: { readonly cpuSeconds: number; readonly residentBytes: number };
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric: its type, what it says, and its samples. The names follow prometheus.io/docs/practices/naming. */
interface Metric {
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: (figures: Figures) => readonly Sample[];
}

interface Line {
  readonly uplink: string;
  readonly family: Family;
  readonly line: UplinkFamilyStatus;
}

/** Each uplink in each family that it has. */
const linesOf = ({ uplinks }: Status): readonly Line[] =>
  uplinks.flatMap(({ name, families }) =>
    FAMILIES.flatMap((family) => {
      const line = families[family];
      return line === null ? [] : [{ uplink: name, family, line }];
    }),
  );

const one = (value: number): readonly Sample[] => [{ value }];

/** A sample for each uplink and family; none where there is nothing to say. */
const perLine =
  (figureOf: (line: UplinkFamilyStatus, at: Line, figures: Figures) => number | null) =>
  (figures: Figures): readonly Sample[] =>
    linesOf(figures.status).flatMap((at) => {
      const value = figureOf(at.line, at, figures);
      return value === null ? [] : [{ labels: { uplink: at.uplink, family: at.family }, value }];
    });

const perFamily =
  (figureOf: (family: Family, figures: Figures) => number) =>
  (figures: Figures): readonly Sample[] =>
    FAMILIES.map((family) => ({ labels: { family }, value: figureOf(family, figures) }));

const VERDICTS = ["unknown", "up", "suspect", "down", "hold-down"] as const;

const DIRECTIONS = ["received", "sent"] as const;

const CAUSES = ["loss", "latency", "portal"] as const;

/** Every metric, by its name. */
export const METRICS: Readonly<Record<string, Metric>> = {
  wan_failover_info: {
    type: "gauge",
    help: "The daemon's version; always 1.",
    samples: ({ version }) => [{ labels: { version }, value: 1 }],
  },
  wan_failover_online: {
    type: "gauge",
    help: "Whether some family has a working uplink, or is carried by one that answers again: 1 or 0.",
    samples: ({ status }) => one(Number(status.online)),
  },
  wan_failover_problems: {
    type: "gauge",
    help: "How many things are wrong at the moment; `wan-failover status` names them.",
    samples: ({ status }) => one(status.problems.length),
  },
  wan_failover_pinned: {
    type: "gauge",
    help: "Whether an uplink is pinned by hand: 1 or 0.",
    samples: ({ status }) => one(Number(status.pin !== null)),
  },
  wan_failover_test_left_seconds: {
    type: "gauge",
    help: "How long a forced test still lasts; 0 if there is none.",
    samples: ({ status }) => one((status.test?.leftMs ?? 0) / 1000),
  },
  wan_failover_hold_left_seconds: {
    type: "gauge",
    help: "How long no voluntary switch happens yet; 0 if none is held back.",
    samples: perFamily((family, { status }) => status.families[family].holdLeftMs / 1000),
  },
  wan_failover_diverted: {
    type: "gauge",
    help: "Whether new flows take another uplink than the active one, on suspicion: 1 or 0.",
    samples: perFamily((family, { status }) => Number(status.families[family].diverted)),
  },
  wan_failover_switches_total: {
    type: "counter",
    help: "Switches since the daemon's start, by kind.",
    samples: ({ tally }) =>
      FAMILIES.flatMap((family) =>
        SWITCH_KINDS.map((kind) => ({ labels: { family, kind }, value: tally.switches(family, kind) })),
      ),
  },
  wan_failover_diverts_total: {
    type: "counter",
    help: "Diverts on suspicion since the daemon's start.",
    samples: perFamily((family, { tally }) => tally.diverts(family)),
  },
  wan_failover_uplink_info: {
    type: "gauge",
    help: "What an uplink is; always 1.",
    samples: ({ status }) =>
      status.uplinks.map(({ name, interface: device, tier, metered }) => ({
        labels: { uplink: name, interface: device ?? "", tier: String(tier), metered: String(metered) },
        value: 1,
      })),
  },
  wan_failover_uplink_up: {
    type: "gauge",
    help: "Whether the uplink works or is merely in doubt: 1 for the verdicts up and suspect, else 0.",
    samples: perLine(({ verdict }) => Number(verdict === "up" || verdict === "suspect")),
  },
  wan_failover_uplink_verdict: {
    type: "gauge",
    help: "The verdict on the uplink: 1 for the one that holds, 0 for the others.",
    samples: ({ status }) =>
      linesOf(status).flatMap(({ uplink, family, line }) =>
        VERDICTS.map((verdict) => ({
          labels: { uplink, family, verdict },
          value: Number(line.verdict === verdict),
        })),
      ),
  },
  wan_failover_uplink_verdict_age_seconds: {
    type: "gauge",
    help: "How long the verdict has been so.",
    samples: perLine(({ sinceMs }) => sinceMs / 1000),
  },
  wan_failover_uplink_active: {
    type: "gauge",
    help: "Whether the uplink is the one that is used, or one of them: 1 or 0.",
    samples: perLine((_, { uplink, family }, { status }) => Number(status.families[family].active.includes(uplink))),
  },
  wan_failover_uplink_carrying: {
    type: "gauge",
    help: "Whether the uplink takes new flows: 1 or 0.",
    samples: perLine((_, { uplink, family }, { status }) => Number(status.families[family].carrying.includes(uplink))),
  },
  wan_failover_uplink_degraded: {
    type: "gauge",
    help: "Whether the uplink works badly, by cause: 1 or 0.",
    samples: ({ status }) =>
      linesOf(status).flatMap(({ uplink, family, line }) =>
        CAUSES.map((cause) => ({ labels: { uplink, family, cause }, value: Number(line.degraded[cause]) })),
      ),
  },
  wan_failover_uplink_rtt_seconds: {
    type: "gauge",
    help: "The median round trip of the newest answered probes; absent if there is none.",
    samples: perLine(({ rttMs }) => (rttMs === null ? null : rttMs / 1000)),
  },
  wan_failover_uplink_loss_ratio: {
    type: "gauge",
    help: "The share of the newest probes that were lost, 0 to 1; absent if there is none.",
    samples: perLine(({ loss }) => loss),
  },
  wan_failover_uplink_month_bytes: {
    type: "gauge",
    help: "What the uplink has carried since the calendar month began; absent where nothing was counted.",
    samples: ({ status }) =>
      status.uplinks.flatMap(({ name, traffic }) => {
        const month = traffic?.month ?? null;
        if (month === null) return [];
        return DIRECTIONS.map((direction) => ({ labels: { uplink: name, direction }, value: month[direction] }));
      }),
  },
  wan_failover_uplink_cap_bytes: {
    type: "gauge",
    help: "What the uplink may carry in a calendar month; absent without a cap.",
    samples: ({ status }) =>
      status.uplinks.flatMap(({ name, usage }) =>
        usage === null ? [] : [{ labels: { uplink: name }, value: usage.cap }],
      ),
  },
  wan_failover_uplink_failures_total: {
    type: "counter",
    help: "How often the uplink failed since the daemon's start.",
    samples: perLine((_, { uplink, family }, { tally }) => tally.failures(uplink, family)),
  },
  process_start_time_seconds: {
    type: "gauge",
    help: "When the daemon was started, in seconds since 1970.",
    samples: ({ startedAt }) => one(startedAt),
  },
  process_cpu_seconds_total: {
    type: "counter",
    help: "The processor time that the daemon has used.",
    samples: ({ use }) => one(use.cpuSeconds),
  },
  process_resident_memory_bytes: {
    type: "gauge",
    help: "The memory that the daemon holds.",
    samples: ({ use }) => one(use.residentBytes),
  },
};

/** The content type of Prometheus' text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** All figures in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats). Pure; never throws. */
export const metricsText = (figures: Figures): string =>
  Object.entries(METRICS)
    .map(([name, { type, help, samples }]) => {
      const lines = samples(figures).map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");

const labelsText = (labels: Sample["labels"]): string =>
  labels === undefined
    ? ""
    : `{${Object.entries(labels)
        .map(([label, value]) => `${label}="${escaped(value)}"`)
        .join(",")}}`;

const escaped = (value: string): string => value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
