import type { SendProbe } from "../../core/command.ts";
import type { Event, ProbeOutcome } from "../../core/event.ts";
import { FAMILIES, type Family } from "../../core/family.ts";
import type { Settings } from "../../core/settings.ts";
import type { State } from "../../core/state.ts";
import { targetText } from "../../core/target/target.ts";
import type { Start } from "../journal/journal.ts";
import { type Line, lineOf, type Sample } from "./line.ts";
import type { Seen, Spectator } from "./replay.ts";
import { merged, type Span } from "./span.ts";

/** What the record says of one uplink in one address family. */
export interface PlaceHistory {
  readonly line: Line;
  /** When no packet could leave or come back: silence, or no carrier, address or gateway. In their order, apart from each other. */
  readonly dead: readonly Span[];
}

/** What the record says of one run. */
export interface RunHistory {
  readonly startAt: number;
  readonly endAt: number;
  /** By uplink and family; null where the record has nothing. */
  place(uplink: string, family: Family): PlaceHistory | null;
}

/** Gathers what a replay shows. */
export interface Historian extends Spectator {
  /** The runs so far, the last as if it ended now. Never throws. */
  runs(): readonly RunHistory[];
  /** Each config that was in force, without repetition. Never throws. */
  configs(): readonly Settings[];
}

interface PlaceNotes {
  readonly samples: Sample[];
  readonly unanswered: Map<number, Sample>;
  readonly pathless: Span[];
  pathlessSince: number | null;
  trafficAt: number;
}

interface RunNotes {
  readonly startAt: number;
  endAt: number;
  readonly places: Map<string, PlaceNotes>;
}

/** An answer may still have been underway when the record ended (ms). */
const UNDERWAY_MS = 3000;

/** Nothing was gathered yet. */
export const openHistorian = (): Historian => {
  const runs: RunNotes[] = [];
  const configs = new Map<string, Settings>();
  const noteConfig = (settings: Settings): void => void configs.set(JSON.stringify(settings), settings);
  return {
    onStart: ({ state, now }: Start) => {
      const run: RunNotes = { startAt: now, endAt: now, places: new Map() };
      runs.push(run);
      noteConfig(settingsOf(state));
      notePaths(run, state);
    },
    onStep: (seen) => {
      if (seen.event.kind === "configured") noteConfig(seen.event.settings);
      const run = runs.at(-1);
      if (run !== undefined) noteStep(run, seen);
    },
    runs: () => runs.map(historyOf),
    configs: () => [...configs.values()],
  };
};

const settingsOf = ({ uplinks, failover, scriptSettings, asterisk, steering }: State): Settings => ({
  uplinks: uplinks.map(({ settings }) => settings),
  failover,
  scripts: scriptSettings,
  asterisk,
  steering,
});

const keyOf = (uplink: string, family: Family): string => `${uplink} ${family}`;

const notesOf = (run: RunNotes, uplink: string, family: Family): PlaceNotes => {
  const key = keyOf(uplink, family);
  const notes = run.places.get(key) ?? newNotes();
  run.places.set(key, notes);
  return notes;
};

const newNotes = (): PlaceNotes => ({
  samples: [],
  unanswered: new Map(),
  pathless: [],
  pathlessSince: null,
  trafficAt: Number.NEGATIVE_INFINITY,
});

const noteStep = (run: RunNotes, { event, state, commands, now }: Seen): void => {
  run.endAt = now;
  for (const command of commands) if (command.kind === "send-probe") noteProbe(run, command, now);
  if (event.kind === "probe-replied" || event.kind === "probe-intercepted") noteOutcome(run, event, event.rttMs);
  else if (event.kind === "probe-refused") noteOutcome(run, event, null);
  else if (event.kind === "traffic-counted") noteTraffic(run, { event, state });
  else if (event.kind === "kernel-read" || event.kind === "configured") notePaths(run, state);
};

const noteProbe = (run: RunNotes, { uplink, family, target, seq }: SendProbe, now: number): void => {
  const notes = notesOf(run, uplink, family);
  const sample: Sample = {
    sentAt: now,
    target: targetText(target),
    rttMs: null,
    refused: false,
    trafficAt: notes.trafficAt,
  };
  notes.samples.push(sample);
  notes.unanswered.set(seq, sample);
};

const noteOutcome = (run: RunNotes, { uplink, family, seq }: ProbeOutcome, rttMs: number | null): void => {
  const { unanswered } = notesOf(run, uplink, family);
  const sample = unanswered.get(seq);
  unanswered.delete(seq);
  if (sample === undefined) return;
  sample.rttMs = rttMs;
  sample.refused = rttMs === null;
};

interface Counted {
  readonly event: Extract<Event, { kind: "traffic-counted" }>;
  readonly state: State;
}

const noteTraffic = (run: RunNotes, { event, state }: Counted): void => {
  for (const { number, family, received } of event.counts) {
    const uplink = state.uplinks.find((one) => one.number === number);
    if (uplink !== undefined && received > 0) notesOf(run, uplink.settings.name, family).trafficAt = run.endAt;
  }
};

const notePaths = (run: RunNotes, { uplinks }: State): void => {
  for (const { settings, families } of uplinks) {
    for (const family of FAMILIES) {
      const monitor = families[family];
      if (monitor !== null) notePath(notesOf(run, settings.name, family), monitor.path.usable, run.endAt);
    }
  }
};

const notePath = (notes: PlaceNotes, usable: boolean, now: number): void => {
  if (!usable) {
    notes.pathlessSince ??= now;
    return;
  }
  if (notes.pathlessSince !== null) notes.pathless.push({ from: notes.pathlessSince, to: now });
  notes.pathlessSince = null;
};

const historyOf = ({ startAt, endAt, places }: RunNotes): RunHistory => {
  const histories = new Map([...places].map(([key, notes]) => [key, placeHistory(notes, endAt)]));
  return { startAt, endAt, place: (uplink, family) => histories.get(keyOf(uplink, family)) ?? null };
};

const placeHistory = ({ samples, pathless, pathlessSince }: PlaceNotes, endAt: number): PlaceHistory => {
  const settled = samples.filter(({ sentAt, rttMs }) => rttMs !== null || sentAt < endAt - UNDERWAY_MS);
  const line = lineOf(settled, endAt);
  const without = pathlessSince === null ? pathless : [...pathless, { from: pathlessSince, to: endAt }];
  return { line, dead: merged([...line.silences, ...without]) };
};
