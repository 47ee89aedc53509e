import type { Family } from "../family.ts";
import type { Importance } from "../report-text.ts";

/** One uplink in one family. */
export interface Place {
  readonly uplink: string;
  readonly family: Family;
}

/** What was known of an uplink when its verdict fell. */
export interface Evidence {
  readonly gateway: string | null;
  /** Why targets failed, a sentence each. */
  readonly complaints: readonly string[];
  /** The newest probes, oldest first. */
  readonly probes: readonly ProbeEvidence[];
}

/** One probe before a verdict. */
export interface ProbeEvidence {
  readonly target: string;
  /** Sent so long (ms) before the verdict. */
  readonly beforeMs: number;
  /** null: no answer by then. */
  readonly rttMs: number | null;
}

/** Something that happened. `at`: milliseconds since boot. */
export interface HistoryEvent {
  readonly at: number;
  /** `verdict-changed`, `switched` and the like: a report's kind. */
  readonly kind: string;
  readonly importance: Importance;
  readonly uplink: string | null;
  readonly family: Family | null;
  /** One sentence. */
  readonly text: string;
  readonly evidence: Evidence | null;
}

/** A time in which an uplink was down in a family. */
export interface Outage extends Place {
  /** Tells it from every other of this run of the daemon: 1, 2, 3 … */
  readonly number: number;
  /** Milliseconds since boot: when the silence began that led to the verdict. */
  readonly begin: number;
  /** When it answered again; null while it lasts. */
  readonly end: number | null;
  /** One sentence. */
  readonly cause: string;
  readonly evidence: Evidence | null;
}

/** One probe and its outcome. */
export interface Outcome extends Place {
  readonly target: string;
  /** When it was sent, milliseconds since boot. */
  readonly at: number;
  /** null: lost. */
  readonly rttMs: number | null;
}

/** The outcomes of one target through one uplink within a span of time. */
export interface Sample extends Place {
  readonly target: string;
  /** Where the span begins; a multiple of its length. */
  readonly at: number;
  readonly sent: number;
  readonly lost: number;
  /** Of the answered ones, in ms; 0 where there is none. */
  readonly rttMsSum: number;
  readonly rttMsMin: number;
  readonly rttMsMax: number;
}
