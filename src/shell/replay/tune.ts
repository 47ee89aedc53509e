import { PRESETS, type PresetName } from "../../core/detector/presets.ts";
import type { Settings } from "../../core/settings.ts";
import type { Score } from "./score.ts";

/** One of the configs that are compared. */
export interface Candidate {
  readonly name: string;
  readonly settings: Settings;
}

/** Each preset in the config's place, on the uplinks that aren't paid by the byte; on all, where all are. Never throws. */
export const candidatesFor = (settings: Settings): readonly Candidate[] =>
  (Object.keys(PRESETS) as PresetName[]).map((name) => ({ name, settings: withPreset(settings, name) }));

const withPreset = (settings: Settings, name: PresetName): Settings => {
  const allMetered = settings.uplinks.every(({ metered }) => metered);
  return {
    ...settings,
    uplinks: settings.uplinks.map((uplink) =>
      uplink.metered && !allMetered ? uplink : { ...uplink, detection: PRESETS[name] },
    ),
  };
};

/** A candidate and how it would have done. */
export interface Scored {
  readonly name: string;
  readonly score: Score;
}

/** A failover that wasn't needed breaks calls and downloads: as bad as so much outage (ms). */
export const FALSE_FAILOVER_MS = 10_000;

/** Figures of an estimate that differ by less don't differ (ms, and as a share). */
const ALIKE_MS = 1000;
const ALIKE_SHARE = 0.05;

/** What a candidate would have cost its users: avoidable outage, and needless failovers (ms). Never throws. */
export const costMs = ({ outageMs, unavoidableMs, falseFailovers }: Score): number =>
  outageMs - unavoidableMs + falseFailovers * FALSE_FAILOVER_MS;

/** The least cost; where several cost about as much, the fewest bytes. At least one candidate. Never throws. */
export const bestOf = (candidates: readonly Scored[]): Scored => {
  const least = Math.min(...candidates.map(({ score }) => costMs(score)));
  const alike = candidates.filter(({ score }) => costMs(score) <= least * (1 + ALIKE_SHARE) + ALIKE_MS);
  return alike.reduce((best, other) => (other.score.monthlyOctets < best.score.monthlyOctets ? other : best));
};
