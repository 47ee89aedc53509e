import type { Command } from "../../src/core/command.ts";
import { packFrame } from "../../src/shell/journal/frame.ts";
import { type Journal, type JournalStore, openJournal } from "../../src/shell/journal/journal.ts";
import { VERSION } from "../../src/version.ts";
import type { StepSeen } from "../sim/daemon.ts";
import { openWorld, START, type WorldOptions } from "../sim/world.ts";

/** When the machine was booted, milliseconds since 1970. */
export const BOOTED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A journal in memory. */
export interface Memory extends JournalStore {
  /** What is kept, oldest first. */
  bytes(): Uint8Array;
  /** Why nothing can be written, null where it can. */
  problem: string | null;
}

/** Two segments of so many octets. */
export const openMemory = (segmentMax = Number.POSITIVE_INFINITY): Memory => {
  let older: Uint8Array[] = [];
  let newer: Uint8Array[] = [];
  const isFull = (): boolean => Buffer.concat(newer).length >= segmentMax;
  const memory: Memory = {
    problem: null,
    append: (frames, done) => done(memory.appendNow(frames)),
    appendNow: (frames) => {
      if (memory.problem !== null) return memory.problem;
      if (frames[0]?.kind === "start" && isFull()) [older, newer] = [newer, []];
      newer.push(...frames.map(packFrame));
      return null;
    },
    isFull,
    bytes: () => Uint8Array.from(Buffer.concat([...older, ...newer])),
  };
  return memory;
};

/** A simulated day with its journal. */
export interface Recorded {
  readonly bytes: Uint8Array;
  /** What the daemon commanded, step by step. */
  readonly commands: readonly (readonly Command[])[];
  readonly complaints: readonly string[];
}

export interface RecordOptions extends Omit<WorldOptions, "watcher"> {
  readonly untilMs: number;
  readonly memory?: Memory;
  readonly onStep?: (seen: StepSeen, journal: Journal) => void;
}

/** Runs a simulated daemon, and writes its journal as the real one does. */
export const record = ({ untilMs, memory = openMemory(), onStep = () => {}, ...options }: RecordOptions): Recorded => {
  const commands: (readonly Command[])[] = [];
  const complaints: string[] = [];
  let journal: Journal | null = null;
  const open = ({ before, now }: StepSeen): Journal =>
    openJournal({
      initial: before,
      now,
      version: VERSION,
      wallOffset: () => BOOTED_AT,
      store: memory,
      complain: (problem) => complaints.push(problem),
    });
  const { agenda } = openWorld({
    ...options,
    watcher: {
      onStart: () => {
        journal?.write();
        journal = null;
      },
      onStep: (seen) => {
        journal ??= open(seen);
        journal.observe({ ...seen, state: seen.after });
        commands.push(seen.commands);
        onStep(seen, journal);
      },
      onQuiet: () => {},
    },
  });
  agenda.run(START + untilMs);
  (journal as Journal | null)?.write();
  return { bytes: memory.bytes(), commands, complaints };
};
