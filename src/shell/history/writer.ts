import type { Batch } from "../../core/history/batch.ts";
import { wordsOf } from "../../error.ts";

/** Writes batches now and then, never two at a time. */
export interface HistoryWriter {
  /** Writes within some seconds. Never throws. */
  hurry(): void;
  /** Writes now what is there. Gives the problem in one sentence, or null; waits no longer than `patienceMs`. Never rejects. */
  flush(patienceMs: number): Promise<string | null>;
  /** Why nothing can be written at the moment, null where all is well. Never throws. */
  problem(): string | null;
  /** No more by itself. Never throws. */
  stop(): void;
}

export interface WriterOptions {
  readonly write: (batch: Batch) => Promise<void>;
  /** What there is to write, and what to call once it is written. */
  readonly draft: () => { readonly batch: Batch; readonly written: () => void };
  /** A problem began or ended (null). */
  readonly onProblem: (problem: string | null) => void;
}

/** Flash memory wears out by the write: 288 a day, and two for each outage. */
const EVERY_MS = 5 * 60_000;

/** What follows from a switch comes within this time and is written along with it. */
const HURRY_MS = 2000;

/** A disk that takes longer (ms) hangs. */
const PATIENCE_MS = 30_000;

const HANGING = "The disk with the history doesn't answer";

/** A writer that waits for its time. Never throws. */
export const openHistoryWriter = ({ write, draft, onProblem }: WriterOptions): HistoryWriter => {
  let problem: string | null = null;
  let underway: Promise<string | null> | null = null;
  let hurried: NodeJS.Timeout | undefined;
  const tell = (now: string | null): void => {
    if (now !== problem) onProblem(now);
    problem = now;
  };
  const attempt = async (): Promise<string | null> => {
    const { batch, written } = draft();
    const late = setTimeout(() => tell(HANGING), PATIENCE_MS).unref();
    const failure = await write(batch).then(
      () => null,
      (error: unknown) => `The history can't be written: ${wordsOf(error)}`,
    );
    clearTimeout(late);
    if (failure === null) written();
    tell(failure);
    return failure;
  };
  const flush = (): Promise<string | null> => {
    underway ??= attempt().finally(() => {
      underway = null;
    });
    return underway;
  };
  const regular = setInterval(() => void flush(), EVERY_MS).unref();
  return {
    hurry: () => {
      hurried ??= setTimeout(() => {
        hurried = undefined;
        void flush();
      }, HURRY_MS).unref();
    },
    flush: (patienceMs) => Promise.race([flush(), afterwards(patienceMs, HANGING)]),
    problem: () => problem,
    stop: () => {
      clearInterval(regular);
      clearTimeout(hurried);
    },
  };
};

const afterwards = (ms: number, words: string): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(words), ms).unref();
  });
