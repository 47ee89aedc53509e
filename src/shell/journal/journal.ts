import type { Command } from "../../core/command.ts";
import type { Event } from "../../core/event.ts";
import type { State } from "../../core/state.ts";
import { fingerprint, NO_COMMANDS } from "./fingerprint.ts";
import { type FrameKind, packFrame } from "./frame.ts";
import { openRecordWriter, type RecordWriter } from "./record-writer.ts";
import { toText } from "./text.ts";

/** Where a journal is kept: a segment that grows, and the one before it. */
export interface JournalStore {
  /** Appends to the segment. Returns the problem in one sentence, or null. Never throws. */
  append(frame: Uint8Array): string | null;
  /** Whether the segment is so long that another must begin. Never throws. */
  isFull(): boolean;
  /** Begins another segment; the one before the last is lost. Returns as `append`. Never throws. */
  rotate(): string | null;
}

/** A step that was taken. */
export interface Stepped {
  readonly event: Event;
  /** Milliseconds since boot. */
  readonly now: number;
  /** After it. */
  readonly state: State;
  readonly commands: readonly Command[];
}

/** Keeps what `step` was given, so that each decision can be taken again. */
export interface Journal {
  /** Some microseconds, and some milliseconds for each 64 KiB. Never throws. */
  observe(stepped: Stepped): void;
  /** Writes what was not written yet. Never throws. */
  write(): void;
}

export interface JournalOptions {
  /** Before the first event. */
  readonly initial: State;
  /** Milliseconds since boot, the clock of the events. */
  readonly now: number;
  /** The program's version: another one may decide differently. */
  readonly version: string;
  /** What makes milliseconds since 1970 of those since boot. */
  readonly wallOffset: () => number;
  readonly store: JournalStore;
  readonly complain: (problem: string) => void;
}

/** What a run starts from, as the journal has it. */
export interface Start {
  readonly version: string;
  /** The state is that after the last event of the segment before. */
  readonly continues: boolean;
  readonly now: number;
  readonly state: State;
}

/** Flash memory wears out by the write: this much is gathered first (octets before compressing) … */
const PORTION = 64 * 1024;

/** … or what came together in this time (ms): so much a power failure takes away. */
const PORTION_MS = 15 * 60_000;

/** A switch is what a journal is asked about: it is written so much later (ms), with what followed. */
const AFTER_SWITCH_MS = 60_000;

/** A run's next frame. */
interface Draft {
  /** Written before the records; null where the segment has it already. */
  start: Omit<Start, "version"> | null;
  records: RecordWriter;
  fingerprint: number;
  writeAt: number;
  /** After the last event. */
  state: State;
  now: number;
  /** The last one that was told. */
  problem: string | null;
}

/** A journal without an event. Nothing is written yet. */
export const openJournal = (options: JournalOptions): Journal => {
  const { initial: state, now } = options;
  const draft: Draft = {
    start: { state, continues: false, now },
    records: openRecordWriter(),
    fingerprint: NO_COMMANDS,
    writeAt: now + PORTION_MS,
    state,
    now,
    problem: null,
  };
  return {
    observe: (stepped) => {
      note(draft, stepped);
      if (stepped.now >= draft.writeAt || draft.records.length() >= PORTION) write(draft, options);
    },
    write: () => write(draft, options),
  };
};

const note = (draft: Draft, { event, now, state, commands }: Stepped): void => {
  draft.records.event(event, now);
  draft.state = state;
  draft.now = now;
  if (commands.length === 0) return;
  draft.fingerprint = fingerprint(draft.fingerprint, commands);
  if (commands.some(({ kind }) => kind !== "send-probe")) draft.records.check(draft.fingerprint);
  if (commands.some(isSwitch)) draft.writeAt = Math.min(draft.writeAt, now + AFTER_SWITCH_MS);
};

const isSwitch = (command: Command): boolean => command.kind === "report" && command.report.kind === "switched";

/** What can't be written is lost, never gathered: whatever comes later starts from the state then. */
const write = (draft: Draft, options: JournalOptions): void => {
  const { store, complain } = options;
  if (draft.records.length() === 0) return;
  draft.writeAt = draft.now + PORTION_MS;
  const problem = makeRoom(draft, store) ?? append(draft, options);
  if (problem !== null || store.isFull()) startAnew(draft, problem === null);
  if (problem !== null && problem !== draft.problem) complain(problem);
  draft.problem = problem;
};

/** A segment begins with a start, so that it can be read without the one before it. */
const makeRoom = ({ start }: Draft, store: JournalStore): string | null =>
  start !== null && store.isFull() ? store.rotate() : null;

const append = (draft: Draft, { store, version, wallOffset }: JournalOptions): string | null => {
  const frame = (kind: FrameKind, content: Uint8Array): Uint8Array =>
    packFrame({ kind, wallOffsetMs: wallOffset(), content });
  if (draft.start !== null) {
    const start: Start = { version, ...draft.start };
    const problem = store.append(frame("start", new TextEncoder().encode(toText(start))));
    if (problem !== null) return problem;
    draft.start = null;
  }
  draft.records.check(draft.fingerprint);
  return store.append(frame("events", draft.records.take()));
};

const startAnew = (draft: Draft, continues: boolean): void => {
  draft.start = { state: draft.state, continues, now: draft.now };
  draft.records = openRecordWriter();
  draft.fingerprint = NO_COMMANDS;
};
