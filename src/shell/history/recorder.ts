import { FAMILIES } from "../../core/family.ts";
import type { Batch } from "../../core/history/batch.ts";
import type { Evidence, HistoryEvent, Outage, Outcome, Place, Sample } from "../../core/history/entry.ts";
import { eventOf } from "../../core/history/event.ts";
import { evidenceOf } from "../../core/history/evidence.ts";
import {
  downFromStart,
  followVerdict,
  keepPlaces,
  NO_OUTAGES,
  type VerdictChange,
} from "../../core/history/outages.ts";
import { rollUp } from "../../core/history/samples.ts";
import type { Report } from "../../core/report.ts";
import type { State } from "../../core/state.ts";
import type { Stepped } from "../journal/journal.ts";
import { openProbeRing } from "./probe-ring.ts";
import { ANSWER_MS, openProbeTally } from "./probe-tally.ts";

/** Gathers what the daemon does until it is written. */
export interface Recorder {
  /** Whether something happened that should be written soon. Some microseconds. Never throws. */
  observe(stepped: Stepped): boolean;
  /** What was not written yet. `now`: ms since boot; `offset`: added to it, it gives ms since 1970. Never throws. */
  draft(now: number, offset: number): Draft;
  /** The probes of a span (ms since boot) rolled up into spans of `spanMs`, as long as they are remembered. Never throws. */
  samples(span: { readonly from: number; readonly until: number; readonly spanMs: number }): readonly Sample[];
}

/** A batch, and what to call once it is written. */
export interface Draft {
  readonly batch: Pick<Batch, "events" | "outages" | "samples">;
  readonly written: () => void;
}

/** While nothing can be written, the newest events are kept: more than happen in a bad day. */
const EVENTS_MAX = 1000;
const OUTAGES_MAX = 200;

const MINUTE_MS = 60_000;

interface Gathered {
  events: readonly HistoryEvent[];
  outages: readonly Outage[];
  known: typeof NO_OUTAGES;
  /** Probes sent before this (ms since boot) are written. */
  sampledUntil: number;
}

/** A recorder that has seen nothing. `now`: ms since boot. Never throws. */
export const openRecorder = (now: number): Recorder => {
  const ring = openProbeRing();
  const tally = openProbeTally(ring.add);
  const gathered: Gathered = { events: [], outages: [], known: NO_OUTAGES, sampledUntil: now };
  let begun = false;
  return {
    observe: (stepped) => {
      const { event, commands, now: at, state } = stepped;
      if (!begun) for (const report of downFromStart(state)) follow(gathered, report, { state, at });
      begun = true;
      if (event.kind === "probe-replied") tally.ended(event, event.rttMs);
      else if (event.kind === "probe-refused" || event.kind === "probe-intercepted") tally.ended(event, null);
      else if (event.kind === "configured") forget(gathered, state, at);
      if (commands.length === 0) return false;
      for (const command of commands) if (command.kind === "send-probe") tally.sent(command, at);
      tally.expire(at);
      const reports = commands.flatMap((command) => (command.kind === "report" ? [command.report] : []));
      for (const report of reports) note(gathered, report, { state, at });
      return reports.some(isUrgent);
    },
    draft: (at, offset) => {
      tally.expire(at);
      return draft(gathered, { at, offset, between: ring.between });
    },
    samples: ({ from, until, spanMs }) => rollUp(ring.between(from, until), spanMs),
  };
};

/** What one wants to know after a power failure that took the line along. */
const isUrgent = (report: Report): boolean =>
  report.kind === "switched" || (report.kind === "verdict-changed" && (report.to === "down" || report.from === "down"));

const forget = (gathered: Gathered, state: State, at: number): void => {
  const watched = new Set(
    state.uplinks.flatMap(({ settings, families }) =>
      FAMILIES.filter((family) => families[family] !== null).map((family) => `${settings.name} ${family}`),
    ),
  );
  const isWatched = ({ uplink, family }: Place): boolean => watched.has(`${uplink} ${family}`);
  const { outages, ended } = keepPlaces(gathered.known, { isWatched, at });
  gathered.known = outages;
  for (const outage of ended) addOutage(gathered, outage);
};

interface Seen {
  readonly state: State;
  readonly at: number;
}

const note = (gathered: Gathered, report: Report, seen: Seen): void => {
  const evidence = report.kind === "verdict-changed" ? follow(gathered, report, seen) : null;
  gathered.events = [...gathered.events, eventOf(report, seen.at, evidence)].slice(-EVENTS_MAX);
};

/** Gives what was known when the verdict fell; null where it is a good one. */
const follow = (gathered: Gathered, report: VerdictChange["report"], { state, at }: Seen): Evidence | null => {
  const evidence = report.to === "down" || report.to === "suspect" ? evidenceOf(state, report, at) : null;
  const { outages, changed } = followVerdict(gathered.known, { report, at, evidence });
  gathered.known = outages;
  if (changed !== null) addOutage(gathered, changed);
  return evidence;
};

/** The last word on an outage counts. */
const addOutage = (gathered: Gathered, outage: Outage): void => {
  const others = gathered.outages.filter(({ number }) => number !== outage.number);
  gathered.outages = [...others, outage].slice(-OUTAGES_MAX);
};

interface DraftRequest {
  readonly at: number;
  readonly offset: number;
  readonly between: (from: number, until: number) => Iterable<Outcome>;
}

const draft = (gathered: Gathered, { at, offset, between }: DraftRequest): Draft => {
  const { events, outages, sampledUntil } = gathered;
  const toWall = (time: number): number => Math.round(time + offset);
  // What was sent later may still be answered.
  const until = at - ANSWER_MS;
  const outcomes = [...between(sampledUntil, until)].map((outcome) => ({ ...outcome, at: outcome.at + offset }));
  return {
    batch: {
      events: events.map((event) => ({ ...event, at: toWall(event.at) })),
      outages: outages.map((outage) => ({
        ...outage,
        begin: toWall(outage.begin),
        end: outage.end === null ? null : toWall(outage.end),
      })),
      samples: rollUp(outcomes, MINUTE_MS),
    },
    written: () => {
      gathered.events = gathered.events.filter((event) => !events.includes(event));
      gathered.outages = gathered.outages.filter((outage) => !outages.includes(outage));
      gathered.sampledUntil = Math.max(sampledUntil, until);
    },
  };
};
