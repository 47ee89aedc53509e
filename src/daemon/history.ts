import { monotonicMs } from "../adapter/clock.ts";
import { bootId } from "../adapter/file/state-file.ts";
import { askHistory, askReport } from "../adapter/history/questions.ts";
import { type HistoryStore, openHistoryStore } from "../adapter/history/store.ts";
import { openLinkCounters } from "../adapter/kernel/link-counters.ts";
import type { UsageCounted } from "../core/event.ts";
import type { HistoryAnswer, ReportMaterial, Span } from "../core/history/answer.ts";
import type { PeriodUsage } from "../core/history/batch.ts";
import { POINTS_MAX, type Resolution, sampling } from "../core/history/resolution.ts";
import { seriesOf } from "../core/history/series.ts";
import type { Counting } from "../core/history/usage.ts";
import type { State } from "../core/state.ts";
import { AppError, wordsOf } from "../error.ts";
import { openDrafts } from "../shell/history/drafts.ts";
import { openOdometer } from "../shell/history/odometer.ts";
import { openRateRing, type RateRing } from "../shell/history/rate-ring.ts";
import { openRecorder, type Recorder } from "../shell/history/recorder.ts";
import { openUsageTeller } from "../shell/history/usage-teller.ts";
import { type HistoryWriter, openHistoryWriter } from "../shell/history/writer.ts";
import type { Stepped } from "../shell/journal/journal.ts";
import type { Messages } from "../shell/messages.ts";

/** What was, as long as the daemon runs. */
export interface History {
  /** Never throws. */
  observe(stepped: Stepped): void;
  /** All that is known of a span, the newest included. Rejects with AppError: history-failed, history-unavailable. */
  ask(question: { readonly span: Span; readonly resolution: Resolution }): Promise<HistoryAnswer>;
  /** What a report is made from. Rejects as `ask`. */
  report(span: Span): Promise<ReportMaterial>;
  /** What each uplink has carried since the first of the month, as of some 10 s ago. Never throws. */
  thisMonth(): readonly PeriodUsage[];
  /** What is wrong with it at the moment, in one sentence, null where nothing is. Never throws. */
  problem(): string | null;
  /** Writes what is left, unless the disk hangs. Never rejects. */
  close(): Promise<void>;
}

export interface HistoryOptions {
  readonly path: string;
  readonly keepMs: number;
  readonly messages: Messages;
  /** Is told now and then what uplinks with a cap have carried this month. Must not throw. */
  readonly onCounted: (counted: UsageCounted) => void;
}

interface Parts {
  readonly store: HistoryStore;
  readonly recorder: Recorder;
  readonly rates: RateRing;
  readonly writer: HistoryWriter;
}

/** Somebody waits at a screen for so long (ms). */
const PATIENCE_MS = 2500;

/** Opens the history; its file when there is something to write. Never throws. */
export const openHistory = ({ path, keepMs, messages, onCounted }: HistoryOptions): History => {
  const complain = (problem: string): void => messages.add("error", problem);
  const store = openHistoryStore({ path, keepMs, complain });
  const recorder = openRecorder(monotonicMs());
  const onProblem = (problem: string | null): void =>
    problem === null ? messages.add("info", "The history is written again") : complain(problem);
  const odometer = openOdometer({
    counters: openLinkCounters(),
    boot: bootId(),
    earlier: store.counted,
    period: firstOfMonth,
    complain: (error) => complain(wordsOf(error)),
  });
  let uplinks: State["uplinks"] = [];
  const thisMonth = (): readonly PeriodUsage[] => usageIn(odometer.counted(), firstOfMonth());
  const teller = openUsageTeller({ now: monotonicMs, onCounted });
  const isCapped = ({ uplink }: PeriodUsage): boolean =>
    uplinks.some(({ settings }) => settings.name === uplink && settings.cap !== null);
  const rates = openRateRing();
  const isConfigured = ({ uplink }: PeriodUsage): boolean => uplinks.some(({ settings }) => settings.name === uplink);
  const read = (): void => {
    odometer.read(uplinks);
    rates.add(monotonicMs(), thisMonth().filter(isConfigured));
    teller.look(thisMonth().filter(isCapped));
  };
  const counting = setInterval(read, COUNT_MS).unref();
  const writer = openHistoryWriter({
    write: store.write,
    draft: openDrafts({ recorder, odometer: { ...odometer, read }, monotonicMs, wallMs: Date.now }),
    onProblem,
  });
  const parts: Parts = { store, recorder, rates, writer };
  writer.hurry();
  return {
    observe: (stepped) => {
      uplinks = stepped.state.uplinks;
      if (recorder.observe(stepped)) writer.hurry();
    },
    ask: (question) => ask(parts, question),
    report: (span) => afterWriting(parts, () => askReport(store, span)),
    thisMonth,
    problem: writer.problem,
    close: async () => {
      writer.stop();
      clearInterval(counting);
      await writer.flush(PATIENCE_MS);
      if (writer.problem() === null) await store.close();
    },
  };
};

/** What an interface carries between two readings (ms) and its end is lost. */
const COUNT_MS = 10_000;

const usageIn = ({ usage }: Counting, period: string): readonly PeriodUsage[] =>
  usage.filter((one) => one.period === period);

const firstOfMonth = (): string => {
  const today = new Date();
  return `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-01`;
};

/** An answer holds what happened up to now. */
const afterWriting = async <Answer>({ writer }: Parts, ask: () => Promise<Answer>): Promise<Answer> => {
  const problem = await writer.flush(PATIENCE_MS);
  if (problem !== null) throw new AppError("history-failed", problem);
  return inTime(ask());
};

const inTime = <Answer>(answer: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new AppError("history-failed", "The disk with the history doesn't answer");
    timer = setTimeout(() => reject(error), PATIENCE_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};

const ask = (
  parts: Parts,
  { span, resolution }: { readonly span: Span; readonly resolution: Resolution },
): Promise<HistoryAnswer> => {
  const chosen = resolution === "none" ? null : sampling(span, resolution, Date.now());
  return afterWriting(parts, async () => {
    if (chosen === null) return askHistory(parts.store, { span, samples: null });
    const { from, spanMs } = chosen;
    if (from === "memory")
      return { ...(await askHistory(parts.store, { span, samples: null })), ...remembered(parts, span, spanMs) };
    return askHistory(parts.store, { span, samples: { table: from, spanMs, pointsMax: POINTS_MAX } });
  });
};

/** The last hour is in memory only. */
const remembered = (
  { recorder, rates }: Parts,
  span: Span,
  spanMs: number,
): Pick<HistoryAnswer, "spanMs" | "series" | "rates"> => {
  const offset = Date.now() - monotonicMs();
  const toWall = (at: number): number => Math.round(at + offset);
  const since = { from: span.from - offset, until: span.until - offset };
  const samples = recorder.samples({ ...since, spanMs });
  return {
    spanMs,
    series: seriesOf(
      samples.map((sample) => ({ ...sample, at: toWall(sample.at) })),
      POINTS_MAX,
    ),
    rates: rates.between(since).map(({ uplink, points }) => ({
      uplink,
      points: points.map(([at, received, sent]) => [toWall(at), received, sent]),
    })),
  };
};
