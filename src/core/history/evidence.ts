import type { Family } from "../family.ts";
import type { State } from "../state.ts";
import { targetText } from "../target/target.ts";
import type { Evidence } from "./entry.ts";

/** What a person looks at: some answers, then the silence. */
const PROBES_KEPT = 16;

/** What is known of an uplink at this moment, null where it isn't watched in this family. `now`: ms since boot. Never throws. */
export const evidenceOf = (state: State, place: { uplink: string; family: Family }, now: number): Evidence | null => {
  const uplink = state.uplinks.find(({ settings }) => settings.name === place.uplink);
  const monitor = uplink?.families[place.family];
  if (uplink === undefined || monitor == null) return null;
  const targets = uplink.settings.families[place.family].targets.map(targetText);
  return {
    gateway: monitor.path.usable ? monitor.path.gateway : null,
    complaints: targets.flatMap((target, index) => {
      const failure = monitor.notes[index]?.failure;
      return failure == null ? [] : [`${target}: ${failure}`];
    }),
    probes: monitor.recent.slice(-PROBES_KEPT).map(({ target, sentAt, rttMs }) => ({
      target: targets[target] ?? "",
      beforeMs: Math.round(now - sentAt),
      rttMs: rttMs === null ? null : Math.round(rttMs * 10) / 10,
    })),
  };
};
