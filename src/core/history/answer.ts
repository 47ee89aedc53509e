import type { Family } from "../family.ts";
import type { Importance } from "../report-text.ts";
import type { PeriodUsage } from "./batch.ts";
import type { Evidence } from "./entry.ts";

/** A span of time in ms since 1970; its end is not part of it. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** An event as it is read from the history. `at`: ms since 1970. */
export interface PastEvent {
  readonly at: number;
  readonly kind: string;
  readonly importance: Importance;
  readonly uplink: string | null;
  readonly family: Family | null;
  readonly text: string;
  readonly evidence: Evidence | null;
}

/** An outage as it is read from the history. Times are ms since 1970. */
export interface PastOutage {
  readonly uplink: string;
  readonly family: Family;
  readonly begin: number;
  /** null: it lasts. */
  readonly end: number | null;
  /** The daemon ended before the outage did: nobody knows more of its end. */
  readonly cutShort: boolean;
  readonly cause: string;
  readonly evidence: Evidence | null;
}

/** What one target answered through one uplink. */
export interface PastSeries {
  readonly uplink: string;
  readonly family: Family;
  readonly target: string;
  /** By rising time; spans in which nothing was sent are left out. */
  readonly points: readonly Point[];
}

/** Begin (ms since 1970), sent, lost, and the least, mean and greatest round trip (ms; null where nothing was answered). */
export type Point = readonly [
  at: number,
  sent: number,
  lost: number,
  rttMsMin: number | null,
  rttMsMean: number | null,
  rttMsMax: number | null,
];

/** How fast an uplink carried. */
export interface PastRates {
  readonly uplink: string;
  /** By rising time. */
  readonly points: readonly RatePoint[];
}

/** When it was counted (ms since 1970), and bits a second from the internet and to it, the mean of some 10 s before. */
export type RatePoint = readonly [at: number, received: number, sent: number];

/** All that the history says of a span. */
export interface HistoryAnswer extends Span {
  /** When the daemon ran, by rising time, within the span. */
  readonly runs: readonly Span[];
  /** Oldest first. */
  readonly events: readonly PastEvent[];
  /** There were more events; these are the newest. */
  readonly truncated: boolean;
  readonly outages: readonly PastOutage[];
  /** The length (ms) that a point stands for; null where no samples were asked for. */
  readonly spanMs: number | null;
  readonly series: readonly PastSeries[];
  /** Out of the memory of the last hour, where `series` is too; else empty. */
  readonly rates: readonly PastRates[];
  /** Of the periods that began in the span or are running in it. */
  readonly usage: readonly PeriodUsage[];
}

/** What a report on a span is made from. */
export interface ReportMaterial extends Span {
  /** When the daemon ran, by rising time, within the span. */
  readonly runs: readonly Span[];
  readonly outages: readonly PastOutage[];
  readonly probes: readonly ProbeTotals[];
  readonly usage: readonly PeriodUsage[];
}

/** The probes of an uplink in a family. */
export interface ProbeTotals {
  readonly uplink: string;
  readonly family: Family;
  /** When the first known sample begins, whenever that was; ms since 1970. */
  readonly since: number;
  readonly sent: number;
  readonly lost: number;
  readonly rttMsMean: number | null;
}
