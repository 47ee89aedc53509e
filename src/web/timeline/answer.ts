/** What a verdict rested on. */
export interface Evidence {
  readonly gateway: string | null;
  /** Why targets failed, a sentence each. */
  readonly complaints: readonly string[];
  /** Oldest first; sent so long (ms) before the verdict. */
  readonly probes: readonly { readonly target: string; readonly beforeMs: number; readonly rttMs: number | null }[];
}

/** Something that happened. `at`: ms since 1970. */
export interface PastEvent {
  readonly at: number;
  readonly kind: string;
  readonly importance: "error" | "info" | "debug";
  readonly uplink: string | null;
  readonly family: "ipv4" | "ipv6" | null;
  readonly text: string;
  readonly evidence: Evidence | null;
}

/** A time in which an uplink was down. ms since 1970; `end` null: it lasts. */
export interface PastOutage {
  readonly uplink: string;
  readonly family: "ipv4" | "ipv6";
  readonly begin: number;
  readonly end: number | null;
  /** The daemon ended before the outage did. */
  readonly cutShort: boolean;
  readonly cause: string;
  readonly evidence: Evidence | null;
}

/** What one target answered: begin (ms since 1970), sent, lost, least, mean and greatest round trip (ms). */
export interface PastSeries {
  readonly uplink: string;
  readonly points: readonly (readonly [number, number, number, number | null, number | null, number | null])[];
}

/** What an uplink carried in a month, octets. */
export interface Usage {
  readonly uplink: string;
  readonly received: number;
  readonly sent: number;
}

/** What the page reads of the answer to `GET /api/v1/history`. */
export interface HistoryAnswer {
  readonly from: number;
  readonly until: number;
  /** Oldest first. */
  readonly events: readonly PastEvent[];
  readonly outages: readonly PastOutage[];
  readonly series: readonly PastSeries[];
  readonly usage: readonly Usage[];
}
