import type { HistoryEvent, Outage, Sample } from "./entry.ts";

/** What is written to the history in one go. All times are milliseconds since 1970. */
export interface Batch {
  /** When the daemon began, and the moment of this batch. */
  readonly began: number;
  readonly now: number;
  /** How far the wall clock was set since the batch before (ms): what this run wrote until then is moved by it. */
  readonly clockSetBy: number;
  /** Whether the wall clock has gone on for long enough that what is too old by it may be deleted. */
  readonly isClockTrusted: boolean;
  readonly events: readonly HistoryEvent[];
  /** Those that began, ended or last. */
  readonly outages: readonly Outage[];
  /** Rolled up by the minute. */
  readonly samples: readonly Sample[];
  readonly usage: readonly PeriodUsage[];
  readonly meters: readonly StoredMeter[];
}

/** What an uplink carried in a period. */
export interface PeriodUsage {
  readonly uplink: string;
  /** The day on which the period began, `2026-10-01`. */
  readonly period: string;
  /** Octets, as the interface counts them. */
  readonly received: number;
  readonly sent: number;
}

/** How far an interface's counters had come. */
export interface StoredMeter {
  readonly uplink: string;
  /** The machine's boot: another one began to count at 0. */
  readonly boot: string;
  /** The interface's index: another one began to count at 0. */
  readonly link: number;
  /** Octets. */
  readonly received: number;
  readonly sent: number;
}
