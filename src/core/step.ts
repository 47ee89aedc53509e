import { adopt } from "./adopt.ts";
import { noteAnswer } from "./calls.ts";
import { noteClient } from "./client/told.ts";
import type { Command } from "./command.ts";
import { assess, type DetectorState, wakeAt } from "./detector/detect.ts";
import type { DetectorEvent } from "./detector/detector.ts";
import type { ClientEvent, Event, TrafficCount } from "./event.ts";
import { FAMILIES, type Family } from "./family.ts";
import type { KernelState } from "./kernel/kernel.ts";
import { askKernel, isReading, readingAt } from "./kernel/reading.ts";
import { noteShaper } from "./kernel/shaping.ts";
import { noteOutcome } from "./kernel/upkeep.ts";
import { andThen, concerns, nothing, type Observation, type Place, tell } from "./observe.ts";
import { obey } from "./orders.ts";
import { askGateways, isGatewayOf, type Neighbour, noteGateway } from "./path/gateway-asking.ts";
import { survey } from "./path/survey.ts";
import { noteChecked, noteHour } from "./rehearsal.ts";
import { noteResolvers } from "./resolvers.ts";
import { type Reviewed, review } from "./review.ts";
import { noteScript } from "./scripts.ts";
import { withUplinks } from "./start.ts";
import type { State } from "./state.ts";
import { takeNote } from "./target/take-note.ts";
import type { ProbeEnd } from "./target/target-note.ts";
import { noteUsage } from "./usage.ts";

/** What a step led to. */
export interface Step {
  readonly state: State;
  /** To be carried out in this order. */
  readonly commands: readonly Command[];
  /** When the next `tick` is due at the latest; Infinity if never. */
  readonly wakeAt: number;
}

/**
 * The whole of the deciding: what happened is told to the detectors, the policy decides upon what they say, and the
 * kernel's state is made to follow. Pure; never throws. `now`: milliseconds, monotonic since boot.
 */
export const step = (state: State, event: Event, now: number): Step => {
  const seen = observe(state, event, now);
  const asked = seen.changed ? askGateways(state, seen.state) : { state: seen.state, commands: [] };
  const noted = note(asked.state, event, now);
  const due = now >= state.reviewAt || seen.changed || noted.changed;
  const after = due
    ? review(noted.state, { now, news: seen.reports, mending: isMending(state, event, seen) })
    : quiet(noted.state);
  return {
    state: after.state,
    commands: [...after.commands, ...noted.commands, ...seen.probes, ...asked.commands],
    wakeAt: nextWake(after.state),
  };
};

const quiet = (state: State): Reviewed => ({ state, commands: [] });

/** What the event says about the uplinks. */
const observe = (state: State, event: Event, now: number): Observation => {
  switch (event.kind) {
    case "tick":
      return withSiblings(
        state,
        tell(state, ({ monitor }) => (wakeAt(monitor.detector) <= now ? { kind: "tick" } : null), now),
        now,
      );
    case "probe-replied":
    case "probe-intercepted":
    case "probe-refused":
      return observeEnd(state, event, now);
    case "traffic-counted":
      return tell(state, (place) => trafficFor(place, event.counts), now);
    case "gateway-unresolved":
      return askAtOnce(noteGateway(state, event, { kind: "silent" }), event, now);
    case "gateway-asked":
      return nothing(noteGateway(state, event, { kind: "asked", at: now }));
    case "gateway-resolved":
      return nothing(noteGateway(state, event, { kind: "answers" }));
    case "kernel-read":
      return isEditing(state) ? nothing(state) : survey(withKernel(state, event.kernel), now);
    case "client-told":
    case "client-ended":
      return observeClient(state, event, now);
    case "configured":
      return { ...survey(withUplinks(state, { settings: event.settings, memory: null, now }), now), changed: true };
    case "kernel-changed":
    case "kernel-edited":
    case "script-ended":
    case "resolvers-used":
    case "uplink-shaped":
    case "asterisk-answered":
    case "usage-counted":
    case "hour-struck":
    case "way-checked":
    case "ordered":
      return nothing(state);
  }
};

/** A lease is a path, or another one. */
const observeClient = (before: State, event: ClientEvent, now: number): Observation => {
  const { state, reports } = noteClient(before, event, now);
  const seen = survey(state, now);
  return { ...seen, reports: [...reports, ...seen.reports], changed: true };
};

/** Whoever answers a probe, the line lives as far as there. */
const observeEnd = (before: State, end: ProbeEnd, now: number): Observation => {
  const noted = takeNote(before, end, now);
  const heard = (state: State): Observation =>
    tell(state, (place) => (concerns(place, end) ? toDetector(end) : null), now);
  return withSiblings(before, noted === null ? heard(before) : andThen(noted, heard), now);
};

const toDetector = (end: ProbeEnd): DetectorEvent =>
  end.kind === "probe-refused"
    ? { kind: "refused", seq: end.seq }
    : { kind: "replied", seq: end.seq, rttMs: end.rttMs };

const trafficFor = ({ uplink, family }: Place, counts: readonly TrafficCount[]): DetectorEvent | null => {
  const count = counts.find((one) => one.number === uplink.number && one.family === family);
  return count === undefined ? null : { kind: "traffic", sent: count.sent, received: count.received };
};

/** A gateway that is silent is a hint, not evidence: the line is probed now. */
const askAtOnce = (state: State, gateway: Neighbour, now: number): Observation =>
  tell(state, ({ monitor }) => (isGatewayOf(monitor, gateway) ? { kind: "nudge" } : null), now);

const withKernel = (state: State, kernel: KernelState): State => {
  const read = { ...state, kernel, upkeep: { ...state.upkeep, reading: false } };
  return state.kernel === null ? adopt(read, kernel) : read;
};

/** An uplink that falls suspect in one family is asked in the other at once: both share the line. */
const withSiblings = (before: State, seen: Observation, now: number): Observation => {
  if (!seen.changed) return seen;
  const isSuspect = (state: State, name: string, family: Family): boolean => {
    const monitor = state.uplinks.find((uplink) => uplink.settings.name === name)?.families[family];
    return monitor != null && assess(monitor.detector).verdict === "suspect";
  };
  const hasNewlySuspectSibling = ({ uplink, family }: Place): boolean =>
    FAMILIES.some(
      (other) =>
        other !== family &&
        isSuspect(seen.state, uplink.settings.name, other) &&
        !isSuspect(before, uplink.settings.name, other),
    );
  return andThen(seen, (state) =>
    tell(state, (place) => (hasNewlySuspectSibling(place) ? { kind: "nudge" } : null), now),
  );
};

interface Noted {
  readonly state: State;
  readonly commands: readonly Command[];
  readonly changed: boolean;
}

/** What the event says about everything else. */
const note = (state: State, event: Event, now: number): Noted => {
  switch (event.kind) {
    case "kernel-changed":
      return isReading(state, now) ? idle(state) : reading(state, now);
    case "kernel-edited":
      return { ...noteOutcome(state, event, now), changed: true };
    case "script-ended": {
      const { state: after, reports } = noteScript(state, event, now);
      return { state: after, commands: reports.map((report) => ({ kind: "report", report })), changed: true };
    }
    case "uplink-shaped": {
      const { state: after, reports } = noteShaper(state, event, now);
      return { state: after, commands: reports.map((report) => ({ kind: "report", report })), changed: true };
    }
    case "resolvers-used":
      return { state: noteResolvers(state, event.problem, now), commands: [], changed: true };
    case "asterisk-answered":
      return { state: noteAnswer(state, event, now), commands: [], changed: true };
    case "hour-struck":
      return { state: noteHour(state, event), commands: [], changed: true };
    case "way-checked":
      return { state: noteChecked(state, event), commands: [], changed: true };
    case "usage-counted":
      return { state: noteUsage(state, event), commands: [], changed: true };
    case "ordered": {
      const { state: after, command } = obey(state, event, now);
      return { state: after, commands: [command], changed: true };
    }
    case "kernel-read":
      return isEditing(state) ? reading(state, now) : { state, commands: [], changed: true };
    default:
      return idle(state);
  }
};

const idle = (state: State): Noted => ({ state, commands: [], changed: false });

const reading = (before: State, now: number): Noted => {
  const { state, command } = askKernel(before, now);
  const reviewAt = Math.min(state.reviewAt, readingAt(state));
  return { state: { ...state, reviewAt }, commands: [command], changed: false };
};

/** A reading that comes while edits are underway may be older than they are: it is repeated. */
const isEditing = (state: State): boolean => state.upkeep.underway.length > 0;

/** The kernel was read, nothing about the uplinks has changed, and yet something of ours may be missing. */
const isMending = (before: State, event: Event, seen: Observation): boolean =>
  event.kind === "kernel-read" && before.kernel !== null && !seen.changed;

/** A loop rather than spread lists: this is asked at each event. */
const nextWake = ({ reviewAt, uplinks }: State): number => {
  let next = reviewAt;
  for (const { families } of uplinks)
    for (const family of FAMILIES) next = Math.min(next, wakeAtOf(families[family]?.detector));
  return next;
};

const wakeAtOf = (detector: DetectorState | undefined): number =>
  detector === undefined ? Number.POSITIVE_INFINITY : wakeAt(detector);
