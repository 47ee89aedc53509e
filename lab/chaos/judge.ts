import type { Family } from "../../src/core/family.ts";
import type { Flow } from "../sample.ts";

/** A stretch of time (ms); `to` is Infinity while it lasts. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What really happened. */
export interface Truth {
  /** When each uplink could not be used. */
  readonly dead: Readonly<Record<string, readonly Stretch[]>>;
  /** When it is not for us to say whether it could: while its lease changes, or isn't there yet. */
  readonly doubtful: Readonly<Record<string, readonly Stretch[]>>;
  /** When somebody meddled, or no daemon was awake: what is asked for is asked for later. */
  readonly disturbed: readonly Stretch[];
}

/** One packet of a user, and whether it was answered. */
export interface Request {
  readonly flow: Flow;
  readonly family: Family;
  readonly sentAt: number;
  readonly answered: boolean;
}

/** A span during which flows didn't work though they should have. */
export interface Breach extends Stretch {
  readonly flow: Flow;
  readonly family: Family;
  readonly lost: number;
}

export interface Judgement {
  /** Requests that had to be answered, and were. */
  readonly kept: number;
  /** Requests of which nothing was asked: too soon after a change, or with no uplink at all. */
  readonly excused: number;
  readonly breaches: readonly Breach[];
}

/** An answer is awaited for so long (ms): what changes within spoils the request. */
const ANSWER_MS = 1000;

/** A single packet may meet a switch that nobody ordered, such as the way back: it is no breach. */
const BEARABLE = 2;

/** Losses closer together than this (ms) are one breach. */
const TOGETHER_MS = 2000;

/**
 * Whenever some uplink has worked for `boundMs`, with no other dying and a daemon awake, flows work. Pure.
 */
export const judge = (truth: Truth, requests: readonly Request[], boundMs: number): Judgement => {
  const changes = changesOf(truth);
  const isOwed = ({ sentAt }: Request): boolean =>
    !changes.some((at) => at > sentAt - boundMs && at < sentAt + ANSWER_MS) && isWorking(truth, sentAt, boundMs);
  const owed = requests.filter(isOwed);
  return {
    kept: owed.filter(({ answered }) => answered).length,
    excused: requests.length - owed.length,
    breaches: breachesIn(owed.filter(({ answered }) => !answered)),
  };
};

/** An uplink that dies may have carried traffic, which needs its time; one that works again is no reason to lose anything. */
const changesOf = ({ dead, doubtful }: Truth): readonly number[] => [
  ...Object.values(dead).flatMap((stretches) => stretches.map(({ from }) => from)),
  ...Object.values(doubtful).flatMap((stretches) => stretches.flatMap(({ from, to }) => [from, to])),
];

/** Whether some uplink has worked for long enough, with nobody meddling and a daemon awake. */
const isWorking = ({ dead, doubtful, disturbed }: Truth, at: number, boundMs: number): boolean => {
  const isFree = (stretches: readonly Stretch[] = []): boolean =>
    !stretches.some((stretch) => overlaps(stretch, at, boundMs));
  return isFree(disturbed) && Object.keys(dead).some((uplink) => isFree(dead[uplink]) && isFree(doubtful[uplink]));
};

const overlaps = ({ from, to }: Stretch, at: number, boundMs: number): boolean =>
  from < at + ANSWER_MS && to > at - boundMs;

const breachesIn = (lost: readonly Request[]): readonly Breach[] => {
  const found: Breach[] = [];
  for (const { flow, family, sentAt } of [...lost].sort((one, other) => one.sentAt - other.sentAt)) {
    const last = found.findIndex(
      (breach) => breach.flow === flow && breach.family === family && sentAt - breach.to < TOGETHER_MS,
    );
    const breach = found[last];
    if (breach === undefined) found.push({ flow, family, from: sentAt, to: sentAt, lost: 1 });
    else found[last] = { ...breach, to: sentAt, lost: breach.lost + 1 };
  }
  return found.filter((breach) => breach.lost > BEARABLE);
};

/** Flows of people in the LAN that the router sends by an uplink, as conntrack listed them. */
export interface Sighting {
  readonly at: number;
  readonly family: Family;
  /** The interface's name. */
  readonly uplink: string;
  readonly flows: number;
}

/** Flows that were still sent by an uplink which had been dead for `boundMs`, while another worked. Pure. */
export const pinnedToDead = (truth: Truth, sightings: readonly Sighting[], boundMs: number): readonly Sighting[] =>
  sightings.filter(
    ({ at, uplink }) =>
      (truth.dead[uplink] ?? []).some(({ from, to }) => from < at - boundMs && to > at) &&
      isWorking(truth, at, boundMs),
  );

/** A line of the daemon's log, and when it reached us (ms, monotonic): its own date is of a clock that is set. */
export interface Said {
  readonly at: number;
  readonly line: string;
}

/** Failbacks by themselves that came sooner after a failover than the hold allows, as the log's lines. Pure. */
export const brokenHolds = (log: readonly Said[], holdMs: number): readonly string[] => {
  const lastFailover = new Map<string, Said>();
  const broken: string[] = [];
  for (const said of log) {
    const [, family = "", kind, why = ""] = /^\S+ info: (IPv[46]) (failover|failback): (.*)/.exec(said.line) ?? [];
    const failover = lastFailover.get(family);
    if (kind === "failover") lastFailover.set(family, said);
    // From an uplink that died there is no hold.
    if (kind !== "failback" || failover === undefined || !why.includes("works again")) continue;
    if (longestBetween(failover, said) < holdMs - WRITING_MS) broken.push(said.line);
  }
  return broken;
};

/** A line is dated when it is written. */
const WRITING_MS = 100;

/** A line that reaches us late, on a busy machine, is dated well unless the clock was set since; one of both is right. */
const longestBetween = (one: Said, other: Said): number => Math.max(other.at - one.at, dateOf(other) - dateOf(one));

const dateOf = ({ line }: Said): number => Date.parse(line.split(" ", 1)[0] ?? "");
