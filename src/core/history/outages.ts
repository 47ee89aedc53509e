import { assess } from "../detector/detect.ts";
import type { Verdict } from "../detector/detector.ts";
import { FAMILIES, type Family } from "../family.ts";
import { reasonOf } from "../path/gateway.ts";
import type { Report } from "../report.ts";
import type { State } from "../state.ts";
import type { Evidence, Outage, Place } from "./entry.ts";

/** What is known of the outages of this run. */
export interface Outages {
  readonly places: readonly PlaceOutages[];
  /** How many there were. */
  readonly count: number;
}

interface PlaceOutages extends Place {
  /** Since when it is suspect; null where it isn't. */
  readonly suspectAt: number | null;
  readonly open: Outage | null;
}

/** A verdict that was told, and what it rested on. `at`: ms since boot. */
export interface VerdictChange {
  readonly report: Extract<Report, { kind: "verdict-changed" }>;
  readonly at: number;
  readonly evidence: Evidence | null;
}

/** What followed, and the outage that began or ended with it. */
export interface OutagesStep {
  readonly outages: Outages;
  readonly changed: Outage | null;
}

/** Nothing is known. */
export const NO_OUTAGES: Outages = { places: [], count: 0 };

/**
 * An outage begins with the silence that led to the verdict `down`, and ends with the first answer after it: the hold-down
 * that follows is our caution, not the line's fault. Pure; never throws.
 */
export const followVerdict = (outages: Outages, change: VerdictChange): OutagesStep => {
  const { uplink, family, to } = change.report;
  const before = outages.places.find(isAt({ uplink, family })) ?? untouched(uplink, family);
  if (to === "down") return begin(outages, before, change);
  return WORKS[to] ? end(outages, before, change) : doubt(outages, before, change);
};

const WORKS: Readonly<Record<Verdict, boolean>> = {
  unknown: false,
  up: true,
  suspect: false,
  down: false,
  "hold-down": true,
};

const isAt =
  (place: Place) =>
  (other: Place): boolean =>
    other.uplink === place.uplink && other.family === place.family;

const untouched = (uplink: string, family: Family): PlaceOutages => ({
  uplink,
  family,
  suspectAt: null,
  open: null,
});

/** What is down as a run begins, as the run before left it for instance. Never throws. */
export const downFromStart = ({ uplinks }: State): readonly VerdictChange["report"][] =>
  uplinks.flatMap(({ settings: { name: uplink }, families }) =>
    FAMILIES.flatMap((family) => {
      const monitor = families[family];
      return monitor === null || assess(monitor.detector).verdict !== "down"
        ? []
        : [
            {
              kind: "verdict-changed",
              uplink,
              family,
              from: "unknown",
              to: "down",
              reason: reasonOf(monitor),
            } as const,
          ];
    }),
  );

const withPlace = (outages: Outages, place: PlaceOutages): Outages => ({
  ...outages,
  places: [...outages.places.filter((other) => !isAt(place)(other)), place],
});

const begin = (outages: Outages, before: PlaceOutages, { report, at, evidence }: VerdictChange): OutagesStep => {
  if (before.open !== null) return { outages, changed: null };
  const { uplink, family, reason: cause } = report;
  const number = outages.count + 1;
  const open: Outage = { number, uplink, family, begin: before.suspectAt ?? at, end: null, cause, evidence };
  return { outages: { ...withPlace(outages, { ...before, suspectAt: null, open }), count: number }, changed: open };
};

const end = (outages: Outages, before: PlaceOutages, { at }: VerdictChange): OutagesStep => ({
  outages: withPlace(outages, { ...before, suspectAt: null, open: null }),
  changed: before.open === null ? null : { ...before.open, end: at },
});

const doubt = (outages: Outages, before: PlaceOutages, { report, at }: VerdictChange): OutagesStep => ({
  outages: withPlace(outages, { ...before, suspectAt: report.to === "suspect" ? at : null }),
  changed: null,
});

/** Only the places that are still watched; an outage of another one ends here, as far as anybody knows. Never throws. */
export const keepPlaces = (
  outages: Outages,
  { isWatched, at }: { readonly isWatched: (place: Place) => boolean; readonly at: number },
): { readonly outages: Outages; readonly ended: readonly Outage[] } => {
  const gone = outages.places.filter((place) => !isWatched(place));
  if (gone.length === 0) return { outages, ended: [] };
  return {
    outages: { ...outages, places: outages.places.filter(isWatched) },
    ended: gone.flatMap(({ open }) => (open === null ? [] : [{ ...open, end: at }])),
  };
};
