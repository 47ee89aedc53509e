import type { LabPlan } from "../plan.ts";
import { uplinkOf } from "../records.ts";
import type { MeasureLine, Sample, Stream } from "../sample.ts";
import { TIMEOUT_MS } from "./setup.ts";

/** One request of a stream. */
export interface FlowSample extends Sample {
  /** The interface that it took, null where it wasn't answered. */
  readonly uplink: string | null;
}

/** What is known of one stream: its newest samples, and what went wrong since the mark. Times in ms of CLOCK_MONOTONIC. */
export interface FlowRecord {
  readonly stream: Stream;
  /** By sequence. */
  readonly samples: ReadonlyMap<number, FlowSample>;
  readonly newest: FlowSample | null;
  readonly newestAnswered: FlowSample | null;
  /** Counting begins here. */
  readonly mark: number;
  /** Sequences sent since the mark and never answered. */
  readonly lost: ReadonlySet<number>;
  /** TCP connections that broke since the mark. */
  readonly resets: number;
}

/** Collects what the measuring clients tell. */
export interface FlowBook {
  enter(stream: Stream, line: MeasureLine): void;
  /** Forgets what was lost so far, and counts anew. */
  mark(now: number): void;
  /** Forgets one stream's figures: a new connection begins. */
  restart(stream: Stream, now: number): void;
  records(): readonly FlowRecord[];
}

/** So many samples of a stream are kept: more than an outage is watched for, and than a wide screen shows. */
const KEPT = 600;

interface Page {
  readonly stream: Stream;
  readonly samples: Map<number, FlowSample>;
  readonly lost: Set<number>;
  newest: FlowSample | null;
  newestAnswered: FlowSample | null;
  mark: number;
  resets: number;
}

const newPage = (stream: Stream, mark: number): Page => ({
  stream,
  samples: new Map(),
  lost: new Set(),
  newest: null,
  newestAnswered: null,
  mark,
  resets: 0,
});

const newer = (one: FlowSample | null, other: FlowSample): FlowSample =>
  one !== null && one.sequence > other.sequence ? one : other;

const enterSample = (page: Page, sample: FlowSample): void => {
  page.samples.set(sample.sequence, sample);
  page.samples.delete(sample.sequence - KEPT);
  page.newest = newer(page.newest, sample);
  if (sample.answeredAt !== null) page.newestAnswered = newer(page.newestAnswered, sample);
  if (sample.answeredAt === null && sample.sentAt >= page.mark) page.lost.add(sample.sequence);
  else page.lost.delete(sample.sequence);
};

const reset = (page: Page, now: number): void => {
  page.mark = now;
  page.resets = 0;
  page.lost.clear();
};

/** A book without a line yet. */
export const openFlowBook = (plan: LabPlan, now: number): FlowBook => {
  const pages = new Map<Stream, Page>();
  let markedAt = now;
  const pageOf = (stream: Stream): Page => {
    const page = pages.get(stream) ?? newPage(stream, markedAt);
    pages.set(stream, page);
    return page;
  };
  return {
    enter: (stream, line) => {
      const page = pageOf(stream);
      if (line.kind === "sample") {
        const { sample } = line;
        const uplink = sample.answeredAt === null ? null : uplinkOf(plan, sample.source);
        enterSample(page, { ...sample, uplink });
      } else if (line.reset.at >= page.mark) page.resets++;
    },
    mark: (at) => {
      markedAt = at;
      for (const page of pages.values()) reset(page, at);
    },
    restart: (stream, at) => reset(pageOf(stream), at),
    records: () => [...pages.values()],
  };
};

/** An answer that came, but not in time. */
const isLate = ({ sentAt, answeredAt }: FlowSample): boolean => answeredAt !== null && answeredAt - sentAt > TIMEOUT_MS;

/** Answered in time. */
export const isGood = (sample: FlowSample): boolean => sample.answeredAt !== null && !isLate(sample);

/** What became of a request; waiting: nobody knows yet. */
export type Fate =
  | { readonly kind: "waiting" }
  | { readonly kind: "lost" }
  | { readonly kind: "answered"; readonly uplink: string | null };

/** The sequence of the newest request that must have been sent by now, -1 before the first. */
export const newestSequence = ({ stream, newest }: FlowRecord, now: number): number =>
  newest === null ? -1 : newest.sequence + Math.max(0, Math.floor((now - newest.sentAt) / stream.intervalMs));

const fateOf = (sample: FlowSample | undefined): Fate => {
  if (sample === undefined) return { kind: "waiting" };
  return sample.answeredAt === null ? { kind: "lost" } : { kind: "answered", uplink: sample.uplink };
};

/** The fates of the newest requests, the newest last; fewer at the beginning. */
export const fates = (record: FlowRecord, view: { count: number; now: number }): readonly Fate[] => {
  const last = newestSequence(record, view.now);
  const first = Math.max(0, last - view.count + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => fateOf(record.samples.get(first + index)));
};

/** For how long nothing has been answered (ms), 0 where that is no longer than usual. */
export const silenceMs = ({ newestAnswered, stream }: FlowRecord, now: number): number => {
  if (newestAnswered === null) return 0;
  const silence = now - newestAnswered.sentAt;
  return silence > USUAL_SILENCE_MS + stream.intervalMs ? silence : 0;
};

/** Lines, gathering and the screen's own rhythm take so long. */
const USUAL_SILENCE_MS = 600;
