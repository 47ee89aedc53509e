import type { SendProbe } from "./command.ts";
import { assess, stepDetector } from "./detector/detect.ts";
import type { DetectorEvent, ProbeRequest } from "./detector/detector.ts";
import { FAMILIES, type Family } from "./family.ts";
import { ANCHORED, markOf } from "./kernel/mark.ts";
import { reasonOf } from "./path/gateway.ts";
import type { Report } from "./report.ts";
import type { Monitor, Sample, State, UplinkState } from "./state.ts";
import { portalIn } from "./target/target-note.ts";

/** How many probes are kept for the screen. */
export const RECENT_PROBES = 60;

/** What an observation led to. */
export interface Observation {
  readonly state: State;
  readonly probes: readonly SendProbe[];
  readonly reports: readonly Report[];
  /** Something that decisions rest on has changed. */
  readonly changed: boolean;
}

/** One uplink in one family. */
export interface Place {
  readonly uplink: UplinkState;
  readonly family: Family;
  readonly monitor: Monitor;
}

/** Chooses what a detector is told, null for nothing. */
export type Telling = (place: Place) => DetectorEvent | null;

/** Nothing happened. Never throws. */
export const nothing = (state: State): Observation => ({ state, probes: [], reports: [], changed: false });

/** Tells the detectors what each of them should hear, in the order of the config. Pure; never throws. */
export const tell = (state: State, telling: Telling, now: number): Observation => {
  let uplinks: UplinkState[] | null = null;
  const probes: SendProbe[] = [];
  const reports: Report[] = [];
  let changed = false;
  for (const [index, uplink] of state.uplinks.entries()) {
    for (const family of FAMILIES) {
      const current = (uplinks ?? state.uplinks)[index] ?? uplink;
      const monitor = current.families[family];
      const event = monitor === null ? null : telling({ uplink: current, family, monitor });
      if (monitor === null || event === null) continue;
      const heard = hear({ uplink: current, family, monitor }, event, now);
      uplinks ??= [...state.uplinks];
      uplinks[index] = withMonitor(current, family, heard.monitor);
      probes.push(...heard.probes);
      if (assess(heard.monitor.detector) === assess(monitor.detector)) continue;
      changed = true;
      reports.push(...verdictReport({ uplink: current, family, monitor }, heard.monitor));
    }
  }
  return { state: uplinks === null ? state : { ...state, uplinks }, probes, reports, changed };
};

/** Both observations, one after the other. Never throws. */
export const andThen = (first: Observation, next: (state: State) => Observation): Observation => {
  const second = next(first.state);
  return {
    state: second.state,
    probes: [...first.probes, ...second.probes],
    reports: [...first.reports, ...second.reports],
    changed: first.changed || second.changed,
  };
};

/** The uplink with another monitor in one family. Never throws. */
export const withMonitor = (uplink: UplinkState, family: Family, monitor: Monitor): UplinkState => ({
  ...uplink,
  families: { ...uplink.families, [family]: monitor },
});

/** Whether something is about this uplink and family. Never throws. */
export const concerns = ({ uplink, family }: Place, about: { uplink: string; family: Family }): boolean =>
  uplink.settings.name === about.uplink && family === about.family;

const hear = (place: Place, event: DetectorEvent, now: number): { monitor: Monitor; probes: readonly SendProbe[] } => {
  const { monitor } = place;
  const { state: detector, probes: requested } = stepDetector(monitor.detector, event, now);
  const probes = requested.flatMap((probe) => sendProbe(place, probe));
  const samples =
    probes.length === 0 ? [] : requested.map(({ seq, target }) => ({ seq, target, sentAt: now, rttMs: null }));
  const recent = event.kind === "replied" ? withReply(monitor.recent, event) : monitor.recent;
  const monitored = {
    ...monitor,
    detector,
    recent: samples.length === 0 ? recent : [...recent, ...samples].slice(-RECENT_PROBES),
    unflushed: needsFlush(monitor, detector),
  };
  return { monitor: monitored, probes };
};

/** The flows of an uplink that failed are to be flushed, unless it came back before they could be. */
const needsFlush = (monitor: Monitor, detector: Monitor["detector"]): boolean => {
  const { verdict } = assess(detector);
  if (verdict === "up" && portalIn(monitor.notes) === null) return false;
  return monitor.unflushed || (verdict === "down" && assess(monitor.detector).verdict !== "down");
};

const sendProbe = ({ uplink, family, monitor }: Place, probe: ProbeRequest): SendProbe[] => {
  const { targets, resolvers } = uplink.settings.families[family];
  const target = targets[probe.target];
  const { device } = uplink;
  if (target === undefined || device === null || !monitor.path.usable) return [];
  const { name } = uplink.settings;
  const mark = markOf(uplink.number) | ANCHORED;
  return [
    {
      kind: "send-probe",
      uplink: name,
      family,
      seq: probe.seq,
      target,
      resolvers,
      interface: device.name,
      link: monitor.path.link,
      mark,
    },
  ];
};

const withReply = (recent: readonly Sample[], reply: { seq: number; rttMs: number }): readonly Sample[] => {
  const index = recent.findLastIndex((sample) => sample.seq === reply.seq);
  const sample = recent[index];
  return sample === undefined || sample.rttMs !== null ? recent : recent.with(index, { ...sample, rttMs: reply.rttMs });
};

const verdictReport = ({ uplink, family, monitor }: Place, after: Monitor): readonly Report[] => {
  const from = assess(monitor.detector).verdict;
  const { verdict: to } = assess(after.detector);
  if (from === to) return [];
  return [{ kind: "verdict-changed", uplink: uplink.settings.name, family, from, to, reason: reasonOf(after) }];
};
