import type { Family } from "../family.ts";
import type { PastOutage, ReportMaterial, Span } from "./answer.ts";
import type { PeriodUsage } from "./batch.ts";
import type { Place } from "./entry.ts";

/** What an internet provider is shown: how each uplink did in a span. Times are ms since 1970. */
export interface HistoryReport extends Span {
  readonly uplinks: readonly UplinkReport[];
  readonly usage: readonly PeriodUsage[];
}

/** One uplink in one family. */
export interface UplinkReport {
  readonly uplink: string;
  readonly family: Family;
  /** How long (ms) it was watched within the span. */
  readonly observedMs: number;
  /** How long (ms) of that it was down. */
  readonly downMs: number;
  /** 0..1; null where it wasn't watched. */
  readonly availability: number | null;
  /** 0..1 of the probes; null where there were none. */
  readonly loss: number | null;
  readonly rttMsMean: number | null;
  /** By rising begin. */
  readonly outages: readonly PastOutage[];
}

/** Makes a report of what was read. Only an uplink that has answered, or is known to have been down, is in it. Pure; never throws. */
export const reportOf = (material: ReportMaterial): HistoryReport => {
  const { from, until, usage } = material;
  const uplinks = material.probes
    .map((probes) => ({ ...probes, outages: material.outages.filter((outage) => isOf(probes, outage)) }))
    .filter(({ sent, lost, outages }) => sent > lost || outages.length > 0)
    .map(({ uplink, family, since, sent, lost, rttMsMean, outages }): UplinkReport => {
      const watched = material.runs.map((run) => within(run, { from: since, until }));
      const observedMs = lengthOf(watched);
      const downMs = lengthOf(
        outages.flatMap(({ begin, end }) => watched.map((run) => within({ from: begin, until: end ?? until }, run))),
      );
      const availability = observedMs === 0 ? null : Math.max(0, 1 - downMs / observedMs);
      return {
        uplink,
        family,
        observedMs,
        downMs,
        availability,
        loss: sent === 0 ? null : lost / sent,
        rttMsMean,
        outages,
      };
    });
  return { from, until, uplinks, usage };
};

const isOf = (place: Place, outage: PastOutage): boolean =>
  outage.uplink === place.uplink && outage.family === place.family;

const within = (inner: Span, outer: Span): Span => ({
  from: Math.max(inner.from, outer.from),
  until: Math.min(inner.until, outer.until),
});

const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { from, until }) => sum + Math.max(0, until - from), 0);
