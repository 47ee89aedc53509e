import type { Event } from "../../core/event.ts";
import type { Family } from "../../core/family.ts";

/** What a journal holds after its start: what `step` was given, and now and then what all its commands came to. */
export type JournalRecord =
  | { readonly kind: "event"; readonly event: Event; readonly now: number }
  | { readonly kind: "check"; readonly fingerprint: number };

/** The first octet of a record. */
export const CODE = {
  tick: 0,
  replied: 1,
  /** A round trip that isn't in whole microseconds. */
  repliedExactly: 2,
  traffic: 3,
  kernelChanged: 4,
  /** As its difference to the reading before. */
  kernelRead: 5,
  /** Whatever is rare, as JSON. */
  rare: 6,
  check: 7,
} as const;

/** Added to the code: the time isn't in whole microseconds, or earlier than the one before. */
export const EXACT_TIME = 0x80;

/** One uplink and family whose probes were answered, and the answer before. */
export interface Place {
  readonly uplink: string;
  readonly family: Family;
  seq: number;
}

/** What both sides remember, since records tell what has changed. */
export interface Thread {
  micros: number;
  readonly places: Place[];
  kernel: Uint8Array;
}

/** Nothing was said yet. */
export const newThread = (): Thread => ({ micros: 0, places: [], kernel: new Uint8Array() });

/** A family is told by its place here. */
export const FAMILY_CODES: readonly Family[] = ["ipv4", "ipv6"];
