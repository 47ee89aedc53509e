import type { Command } from "../../core/command.ts";
import type { Event } from "../../core/event.ts";
import type { State } from "../../core/state.ts";
import { fingerprint, NO_COMMANDS } from "./fingerprint.ts";
import type { Frame } from "./frame.ts";
import { openRecordWriter, type RecordWriter } from "./record-writer.ts";
import { toText } from "./text.ts";

/** Where a journal is kept: a segment that grows, and the one before it. */
export interface JournalStore {
  /**
   * Appends to the segment. Frames that begin with a start begin another one where it is full; the one before the last
   * is lost. `done` hears the problem in one sentence, or null: at once, or whenever the disk has answered. Never throws.
   */
  append(frames: readonly Frame[], done: (problem: string | null) => void): void;
  /** Appends to the segment while the process ends. Returns the problem in one sentence, or null. Never throws. */
  appendNow(frames: readonly Frame[]): string | null;
  /** Whether the segment, as far as is known, is so long that another must begin. Never throws. */
  isFull(): boolean;
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
  /** Some microseconds. Never throws. */
  observe(stepped: Stepped): void;
  /** Begins to write what was not written yet, unless a write is under way. Never throws. */
  write(): void;
  /** Writes it at once, while the process ends; nothing where the disk hasn't answered yet. Never throws. */
  writeNow(): void;
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

/** So much (octets) is gathered while the disk doesn't answer: some hours of a quiet line. */
const GATHERED_MAX = 16 * PORTION;

const SILENT_DISK = "The journal isn't written: the disk doesn't answer";

/** A switch is what a journal is asked about: it is written so much later (ms), with what followed. */
const AFTER_SWITCH_MS = 60_000;

/** A run's next frame. */
interface Draft {
  /** Written before the records; null where the segment has it already. */
  start: Omit<Start, "version"> | null;
  records: RecordWriter;
  fingerprint: number;
  writeAt: number;
  /** The disk hasn't answered yet. */
  isWriting: boolean;
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
    isWriting: false,
    state,
    now,
    problem: null,
  };
  return {
    observe: (stepped) => {
      note(draft, stepped);
      if (stepped.now < draft.writeAt && draft.records.length() < PORTION) return;
      if (draft.isWriting) wait(draft, options);
      else write(draft, options);
    },
    write: () => write(draft, options),
    writeNow: () => {
      if (isIdle(draft)) settle(draft, options, options.store.appendNow(takeFrames(draft, options)));
    },
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

/** There is something to write, and nothing under way. */
const isIdle = ({ isWriting, records }: Draft): boolean => !isWriting && records.length() > 0;

const write = (draft: Draft, options: JournalOptions): void => {
  if (!isIdle(draft)) return;
  const frames = takeFrames(draft, options);
  if (frames[0]?.kind !== "start" && options.store.isFull()) startAnew(draft, true);
  draft.isWriting = true;
  options.store.append(frames, (problem) => settle(draft, options, problem));
};

/** What can't be written is lost, never gathered: whatever comes later starts from the state then. */
const settle = (draft: Draft, options: JournalOptions, problem: string | null): void => {
  draft.isWriting = false;
  if (problem !== null) startAnew(draft, false);
  tell(draft, options, problem);
};

/** While the disk is silent some more is gathered, and then the same holds. */
const wait = (draft: Draft, options: JournalOptions): void => {
  if (draft.records.length() >= GATHERED_MAX) startAnew(draft, false);
  tell(draft, options, SILENT_DISK);
};

const tell = (draft: Draft, { complain }: JournalOptions, problem: string | null): void => {
  if (problem !== null && problem !== draft.problem) complain(problem);
  draft.problem = problem;
};

/** A segment begins with a start, so that it can be read without the one before it. */
const takeFrames = (draft: Draft, { version, wallOffset }: JournalOptions): readonly Frame[] => {
  const wallOffsetMs = wallOffset();
  const { start } = draft;
  draft.start = null;
  draft.writeAt = draft.now + PORTION_MS;
  draft.records.check(draft.fingerprint);
  const events: Frame = { kind: "events", wallOffsetMs, content: draft.records.take().slice() };
  if (start === null) return [events];
  const whole: Start = { version, ...start };
  return [{ kind: "start", wallOffsetMs, content: new TextEncoder().encode(toText(whole)) }, events];
};

const startAnew = (draft: Draft, continues: boolean): void => {
  draft.start = { state: draft.state, continues, now: draft.now };
  draft.records = openRecordWriter();
  draft.fingerprint = NO_COMMANDS;
};
