import type { Family } from "../src/core/family.ts";
import type { Door } from "./plan.ts";

/**
 * new: each sample is a flow of its own, begun for it. long: one flow that goes on. inbound: new flows from the internet to
 * the router.
 */
export type Flow = "new" | "long" | "inbound";

export type Protocol = "udp" | "tcp";

/** A series of samples of one kind. */
export interface Stream {
  readonly flow: Flow;
  readonly protocol: Protocol;
  readonly family: Family;
  /** Where it goes. */
  readonly address: string;
  readonly port: number;
  readonly intervalMs: number;
  /** inbound only: the uplink that it comes in by, and who answers. */
  readonly uplink?: string;
  readonly door?: Door;
}

/** What became of one request; times in milliseconds of CLOCK_MONOTONIC. */
export interface Sample {
  /** Rising by one within its stream. */
  readonly sequence: number;
  readonly sentAt: number;
  /** null: not answered within the time allowed. A later answer replaces the sample. */
  readonly answeredAt: number | null;
  /** The source that the echo server saw. */
  readonly source: string | null;
}

/** What the measuring program writes, a line each. */
export type MeasureLine =
  | { readonly kind: "sample"; readonly stream: number; readonly sample: Sample }
  | { readonly kind: "reset"; readonly stream: number; readonly reset: Reset };

/** A long TCP flow that broke; a new one is begun at once. */
export interface Reset {
  readonly at: number;
  /** `ECONNRESET` and the like; `closed` where the other end closed it. */
  readonly code: string;
}

/** What the measuring program may be told later: to end the long flow of a stream, by its index, and begin another. */
export interface MeasureRenewal {
  readonly renew: number;
}

/** What the measuring program is told. */
export interface MeasureOrder {
  readonly streams: readonly Stream[];
  /** A request without an answer for so long is lost. */
  readonly timeoutMs: number;
}
