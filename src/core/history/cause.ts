import { FAMILIES, type Family } from "../family.ts";
import type { PastEvent } from "./answer.ts";

/** What led to the choice of uplink that a family has now. */
export interface Cause {
  readonly family: Family;
  /** When it was made, ms since 1970. */
  readonly at: number;
  /** Oldest first; the last one is the switch itself. */
  readonly events: readonly PastEvent[];
}

/** What came this long (ms) before a switch may have led to it. */
const LEAD_MS = 60_000;

/** More than this is flapping, of which the end tells enough. */
const EVENTS_MAX = 12;

/** Finds the last switch of each family, and what happened in that family before it. Pure; never throws. */
export const causesIn = (events: readonly PastEvent[]): readonly Cause[] =>
  FAMILIES.flatMap((family) => {
    const ours = events.filter((event) => event.family === family);
    const last = ours.findLastIndex(({ kind }) => kind === "switched");
    const at = ours[last]?.at;
    if (at === undefined) return [];
    const before = ours.slice(0, last + 1).filter((event) => event.at >= at - LEAD_MS);
    return [{ family, at, events: before.slice(-EVENTS_MAX) }];
  });
