import type { DetectorEvent, Learned, ProbeRequest } from "../../src/core/detector/detector.ts";
import { chances } from "../../test/fake/line.ts";
import type { Contender, Opinion } from "./contender.ts";
import { type LineOptions, openLine, type Span } from "./line.ts";
import { openTraffic, READ_EACH_MS } from "./traffic.ts";

export interface RunOptions {
  readonly contender: Contender;
  readonly line: LineOptions;
  /** Whether the uplink carries user traffic, or stands by. */
  readonly traffic: boolean;
  readonly learned: Learned | null;
  /** The process is frozen: what happens meanwhile is delivered at the end, the tick first. */
  readonly frozen: Span | null;
}

/** What a detector made of a line. */
export interface Run {
  readonly changes: readonly Change[];
  readonly probes: number;
  /** What was known each quarter of a day, and at the end; nothing where a contender doesn't learn. */
  readonly memories: readonly Learned[];
}

export interface Change {
  readonly at: number;
  readonly opinion: Opinion;
}

interface Due {
  readonly at: number;
  readonly event: DetectorEvent;
}

const REMEMBER_EACH_MS = 6 * 3_600_000;

/** The readings of the counters and the users have random numbers of their own, so that the line stays the same. */
const USERS_SEED = 0x5eed;

/** Runs one detector on one line in virtual time. At equal times replies come before ticks. Milliseconds. */
export const runLine = ({ contender, line: options, traffic, learned, frozen }: RunOptions): Run => {
  const line = openLine(options);
  const users = traffic ? openTraffic(line, chances(options.seed ^ USERS_SEED)) : null;
  const subject = contender.start({ seed: options.seed, learned });
  const changes: Change[] = [];
  const replies: Due[] = [];
  const memories: Learned[] = [];
  let last = subject.opinion();
  let probes = 0;

  const send = ({ seq, target }: ProbeRequest, now: number): void => {
    probes += 1;
    const rttMs = line.probe(target, now);
    if (rttMs !== null) enqueue(replies, { at: now + rttMs, event: { kind: "replied", seq, rttMs } });
  };
  const take = (event: DetectorEvent, now: number): void => {
    for (const probe of subject.take(event, now)) send(probe, now);
    const opinion = subject.opinion();
    if (opinion === last || isSame(opinion, last)) return;
    last = opinion;
    changes.push({ at: now, opinion });
  };
  const thawed = (at: number): number => (frozen !== null && at >= frozen.from && at < frozen.to ? frozen.to : at);

  if (contender.hearsTraffic && (users !== null || contender.carriesUnused)) take({ kind: "role", carrying: true }, 0);
  let rememberAt = Math.min(REMEMBER_EACH_MS, options.untilMs);
  const remember = (): void => {
    const known = subject.learned(rememberAt);
    if (known !== null) memories.push(known);
    rememberAt = Math.min(rememberAt + REMEMBER_EACH_MS, options.untilMs);
  };
  let readAt = users === null ? Number.POSITIVE_INFINITY : READ_EACH_MS;
  for (;;) {
    const tickAt = thawed(subject.wakeAt());
    const replyAt = thawed(replies[0]?.at ?? Number.POSITIVE_INFINITY);
    const now = Math.min(tickAt, replyAt, readAt);
    if (now > rememberAt) remember();
    if (now > options.untilMs) return { changes, probes, memories };
    if (tickAt === now && (replyAt > now || now === frozen?.to)) take(TICK, now);
    else if (replyAt === now) take(replies.shift()?.event ?? TICK, now);
    else {
      readAt += READ_EACH_MS;
      const reading = users?.(now);
      if (reading !== undefined && contender.hearsTraffic) take({ kind: "traffic", ...reading }, now);
    }
  }
};

const isSame = (one: Opinion, other: Opinion): boolean =>
  one.down === other.down && one.diverted === other.diverted && one.degraded === other.degraded;

const TICK: DetectorEvent = { kind: "tick" };

/** Most replies come in the order of their probes. */
const enqueue = (queue: Due[], due: Due): void => {
  let index = queue.length;
  while (index > 0 && (queue[index - 1]?.at ?? 0) > due.at) index -= 1;
  queue.splice(index, 0, due);
};
