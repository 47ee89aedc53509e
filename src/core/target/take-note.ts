import { andThen, concerns, nothing, type Observation, tell, withMonitor } from "../observe.ts";
import type { Report } from "../report.ts";
import type { Monitor, State } from "../state.ts";
import { isOdd, noteEnd, type ProbeEnd, portalIn } from "./target-note.ts";

/**
 * Notes what the end of a probe says of its target; null where that is nothing new. A captive portal counts once it has
 * answered twice, so a first answer of one has its target asked again. Pure; never throws.
 */
export const takeNote = (state: State, end: ProbeEnd, now: number): Observation | null => {
  const uplink = state.uplinks.find(({ settings }) => settings.name === end.uplink);
  const monitor = uplink?.families[end.family];
  const place = monitor?.recent.findLast(({ seq }) => seq === end.seq)?.target;
  if (uplink === undefined || monitor == null || place === undefined) return null;
  const notes = noteEnd(monitor.notes, place, end);
  if (notes === monitor.notes) return null;
  const after = withPortalFlush(monitor, { ...monitor, notes });
  const uplinks = state.uplinks.map((one) => (one === uplink ? withMonitor(one, end.family, after) : one));
  const reports = portalReports(monitor, after, end);
  const noted = { ...nothing({ ...state, uplinks }), reports, changed: reports.length > 0 };
  const note = notes[place];
  if (end.kind !== "probe-intercepted" || note === undefined || !isOdd(note)) return noted;
  return andThen(noted, (next) =>
    tell(next, (one) => (concerns(one, end) ? { kind: "ask-again", target: place } : null), now),
  );
};

/** What runs through a portal is dead, so it had better start anew elsewhere. */
const withPortalFlush = (before: Monitor, after: Monitor): Monitor =>
  portalIn(before.notes) === null && portalIn(after.notes) !== null ? { ...after, unflushed: true } : after;

const portalReports = (before: Monitor, after: Monitor, { uplink, family }: ProbeEnd): readonly Report[] => {
  const [was, is] = [portalIn(before.notes), portalIn(after.notes)];
  if (was === null && is !== null) return [{ kind: "portal-found", uplink, family, by: is }];
  return was !== null && is === null ? [{ kind: "portal-gone", uplink, family }] : [];
};
