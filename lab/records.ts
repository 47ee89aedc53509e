import type { Family } from "../src/core/family.ts";
import type { Door, LabPlan } from "./plan.ts";
import type { Flow, MeasureLine, Protocol, Reset, Sample, Stream } from "./sample.ts";

/** Which streams are meant; what isn't said doesn't matter. */
export interface StreamFilter {
  readonly flow: Flow;
  readonly family?: Family;
  readonly protocol?: Protocol;
  /** inbound: by which uplink it comes in. */
  readonly uplink?: string;
  readonly door?: Door;
}

/** A stretch of time, in milliseconds of CLOCK_MONOTONIC. */
export interface Span {
  readonly from?: number;
  readonly to?: number;
}

/** A sample with the uplink that it went through, null where it wasn't answered. */
export interface Finding extends Sample {
  readonly uplink: string | null;
}

/** What one stream has brought so far, by sequence. */
export interface Record {
  readonly stream: Stream;
  readonly findings: Finding[];
  readonly resets: Reset[];
}

/** The uplink whose addresses a source belongs to, null where none is. */
export const uplinkOf = (plan: LabPlan, source: string | null): string | null =>
  plan.uplinks.find(({ ipv4, ipv6 }) => source?.startsWith(ipv4.seenAs) || source?.startsWith(ipv6.seenAs))?.name ??
  null;

/** Enters a line of the measuring program. */
export const enter = (records: readonly Record[], line: MeasureLine, plan: LabPlan): void => {
  const record = records[line.stream];
  if (record === undefined) return;
  if (line.kind === "reset") record.resets.push(line.reset);
  else {
    const uplink = record.stream.uplink ?? uplinkOf(plan, line.sample.source);
    record.findings[line.sample.sequence] = { ...line.sample, uplink: line.sample.answeredAt === null ? null : uplink };
  }
};

/** Whether a stream is meant. */
export const selects = (filter: StreamFilter, stream: Stream): boolean =>
  filter.flow === stream.flow &&
  (filter.family ?? stream.family) === stream.family &&
  (filter.protocol ?? stream.protocol) === stream.protocol &&
  (filter.uplink ?? stream.uplink) === stream.uplink &&
  (filter.door ?? stream.door) === stream.door;

/** What was sent within a span and is known by now, in order. */
export const within = ({ findings }: Record, { from = 0, to = Number.POSITIVE_INFINITY }: Span): Finding[] =>
  findings.filter((finding) => finding !== undefined && finding.sentAt >= from && finding.sentAt < to);

/**
 * The first sample from `after` on that begins so many consecutive ones all answered (and by the given uplink), null where
 * there is none yet.
 */
export const firstOfRun = (
  { findings }: Record,
  wanted: { after: number; consecutive: number; via: string | null },
): Finding | null => {
  let run = 0;
  for (let sequence = 0; sequence < findings.length; sequence++) {
    const finding = findings[sequence];
    const counts = finding !== undefined && finding.answeredAt !== null && finding.sentAt >= wanted.after;
    run = counts && (wanted.via ?? finding.uplink) === finding.uplink ? run + 1 : 0;
    if (run === wanted.consecutive) return findings[sequence - run + 1] ?? null;
  }
  return null;
};

/** The longest time between two samples answered next to each other, in milliseconds between their sendings. */
export const longestGap = (findings: readonly Finding[]): number => {
  const answered = findings.filter((finding) => finding.answeredAt !== null).map((finding) => finding.sentAt);
  return answered.slice(1).reduce((longest, at, index) => Math.max(longest, at - (answered[index] ?? at)), 0);
};

/** A stretch in which all samples that were answered went through one uplink. */
export interface Stretch {
  readonly uplink: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Which uplink when. */
export const stretches = (findings: readonly Finding[]): Stretch[] => {
  const found: Stretch[] = [];
  for (const { uplink, sentAt } of findings) {
    if (uplink === null) continue;
    const last = found.at(-1);
    if (last?.uplink === uplink) found[found.length - 1] = { ...last, to: sentAt, count: last.count + 1 };
    else found.push({ uplink, from: sentAt, to: sentAt, count: 1 });
  }
  return found;
};
