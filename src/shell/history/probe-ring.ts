import type { Outcome } from "../../core/history/entry.ts";

/** The newest outcomes of probes, in a fixed amount of memory. */
export interface ProbeRing {
  /** Never throws. */
  add(outcome: Outcome): void;
  /** Those that were sent in a span (ms since boot), its end not included. Never throws. */
  between(from: number, until: number): Generator<Outcome>;
}

/** An hour of nine probes a second, in 14 octets each; busier lines have less of it. */
const CAPACITY = 32_768;

/** More targets than any config has, through all its changes. */
const SERIES_MAX = 65_535;

type Series = Pick<Outcome, "uplink" | "family" | "target">;

/** An empty ring. Never throws. */
export const openProbeRing = (capacity = CAPACITY): ProbeRing => {
  const series: Series[] = [];
  const numbers = new Map<string, number>();
  const which = new Uint16Array(capacity);
  const times = new Float64Array(capacity);
  const roundTrips = new Float32Array(capacity);
  let added = 0;
  const numberOf = ({ uplink, family, target }: Outcome): number => {
    const key = `${uplink} ${family} ${target}`;
    const known = numbers.get(key) ?? series.length;
    if (known === series.length) {
      series.push({ uplink, family, target });
      numbers.set(key, known);
    }
    return known;
  };
  return {
    add: (outcome) => {
      if (series.length === SERIES_MAX) return;
      const place = added % capacity;
      which[place] = numberOf(outcome);
      times[place] = outcome.at;
      roundTrips[place] = outcome.rttMs ?? Number.NaN;
      added += 1;
    },
    *between(from, until) {
      for (let index = Math.max(0, added - capacity); index < added; index += 1) {
        const place = index % capacity;
        const at = times[place] ?? 0;
        const one = series[which[place] ?? 0];
        if (at < from || at >= until || one === undefined) continue;
        const rttMs = roundTrips[place] ?? Number.NaN;
        yield { ...one, at, rttMs: Number.isNaN(rttMs) ? null : rttMs };
      }
    },
  };
};
