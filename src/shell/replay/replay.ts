import type { Event } from "../../core/event.ts";
import type { State } from "../../core/state.ts";
import { type Step, step } from "../../core/step.ts";
import { AppError } from "../../error.ts";
import { fingerprint, NO_COMMANDS } from "../journal/fingerprint.ts";
import type { Start } from "../journal/journal.ts";
import { damaged, type Piece } from "../journal/recording.ts";
import { toText } from "../journal/text.ts";

/** A step that was taken again. */
export interface Seen extends Step {
  readonly before: State;
  readonly event: Event;
  /** Milliseconds since boot. */
  readonly now: number;
  /** What makes milliseconds since 1970 of those since boot. */
  readonly wallOffsetMs: number;
}

/** Those who watch a replay. */
export interface Spectator {
  /** A run begins: a daemon was started, or its journal has a gap before this. */
  onStart(start: Start, wallOffsetMs: number): void;
  onStep(seen: Seen): void;
}

/** What the replay of a journal came to. */
export interface Outcome {
  readonly events: number;
  /** How often the commands so far were compared with those that the daemon gave. */
  readonly checks: number;
  /** The first moment at which they weren't the same, milliseconds since 1970; null: all were. */
  readonly differentAtMs: number | null;
  /** Starts of a daemon, and continuations after a gap. */
  readonly runs: number;
  /** Runs of other versions, which were left out. */
  readonly foreignRuns: number;
  readonly foreignVersion: string | null;
  /** Octets that are no part of a journal. */
  readonly damagedOctets: number;
}

/** A replay underway. */
interface Replaying {
  readonly version: string;
  readonly spectator: Spectator;
  /** null: nothing can be replayed before the next start. */
  state: State | null;
  fingerprint: number;
  now: number;
  readonly outcome: { -readonly [Field in keyof Outcome]: Outcome[Field] };
}

/**
 * Takes every step of a journal again, and compares what it commands with what the daemon commanded. `version`: our own;
 * runs of others are left out. Throws AppError `journal-damaged` where nothing can be replayed.
 */
export const replay = (pieces: Iterable<Piece>, version: string, spectator: Spectator): Outcome => {
  const replaying: Replaying = {
    version,
    spectator,
    state: null,
    fingerprint: NO_COMMANDS,
    now: 0,
    outcome: {
      events: 0,
      checks: 0,
      differentAtMs: null,
      runs: 0,
      foreignRuns: 0,
      foreignVersion: null,
      damagedOctets: 0,
    },
  };
  for (const piece of pieces) take(replaying, piece);
  if (replaying.outcome.runs === 0) throw nothingIn(replaying.outcome);
  return replaying.outcome;
};

const nothingIn = ({ foreignVersion }: Outcome): AppError =>
  damaged(foreignVersion === null ? "nothing in it is a journal's" : `it was written by version ${foreignVersion}`);

const take = (replaying: Replaying, piece: Piece): void => {
  const { outcome } = replaying;
  switch (piece.kind) {
    case "start":
      begin(replaying, piece, piece.wallOffsetMs);
      return;
    case "damage":
      outcome.damagedOctets += piece.octets;
      replaying.state = null;
      return;
    case "events":
      takeAll(replaying, piece);
      return;
  }
};

const begin = (replaying: Replaying, start: Start, wallOffsetMs: number): void => {
  const { outcome, version, state } = replaying;
  replaying.fingerprint = NO_COMMANDS;
  if (start.version !== version) {
    outcome.foreignRuns += 1;
    outcome.foreignVersion = start.version;
    replaying.state = null;
    return;
  }
  replaying.state = start.state;
  if (start.continues && state !== null) {
    compare(replaying, toText(state) === toText(start.state), start.now + wallOffsetMs);
    return;
  }
  outcome.runs += 1;
  guarded(() => replaying.spectator.onStart(start, wallOffsetMs));
};

const compare = ({ outcome }: Replaying, same: boolean, atMs: number): void => {
  outcome.checks += 1;
  if (!same) outcome.differentAtMs ??= atMs;
};

/** Events whose start is missing can't be taken. */
const takeAll = (replaying: Replaying, { records, wallOffsetMs }: Extract<Piece, { kind: "events" }>): void => {
  if (replaying.state === null) return;
  for (const record of records) {
    if (record.kind === "check") {
      compare(replaying, record.fingerprint === replaying.fingerprint, replaying.now + wallOffsetMs);
      replaying.fingerprint = record.fingerprint;
    } else guarded(() => takeStep(replaying, { ...record, wallOffsetMs }));
  }
};

const takeStep = (
  replaying: Replaying,
  { event, now, wallOffsetMs }: { event: Event; now: number; wallOffsetMs: number },
): void => {
  const before = replaying.state;
  if (before === null) return;
  const taken = step(before, event, now);
  replaying.state = taken.state;
  replaying.now = now;
  replaying.fingerprint = fingerprint(replaying.fingerprint, taken.commands);
  replaying.outcome.events += 1;
  replaying.spectator.onStep({ ...taken, before, event, now, wallOffsetMs });
};

/** The core never throws for what a daemon recorded. */
const guarded = (act: () => void): void => {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw damaged("what it holds is nothing that a daemon records", error);
  }
};
