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
 * Whenever some uplink has worked for `boundMs`, with nothing changing and a daemon awake, flows work. Pure.
 */
export const judge = (truth: Truth, requests: readonly Request[], boundMs: number): Judgement => {
  const changes = changesOf(truth);
  const isOwed = ({ sentAt }: Request): boolean =>
    !changes.some((at) => at > sentAt - boundMs && at < sentAt + ANSWER_MS) &&
    !truth.disturbed.some((stretch) => overlaps(stretch, sentAt, boundMs)) &&
    Object.values(truth.dead).some((stretches) => !stretches.some((stretch) => overlaps(stretch, sentAt, boundMs)));
  const owed = requests.filter(isOwed);
  return {
    kept: owed.filter(({ answered }) => answered).length,
    excused: requests.length - owed.length,
    breaches: breachesIn(owed.filter(({ answered }) => !answered)),
  };
};

const changesOf = ({ dead }: Truth): readonly number[] =>
  Object.values(dead)
    .flat()
    .flatMap(({ from, to }) => [from, to]);

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

/** Failbacks by themselves that came sooner after a failover than the hold allows, as the log's lines. Pure. */
export const brokenHolds = (log: string, holdMs: number): readonly string[] => {
  const lastFailover = new Map<string, number>();
  const broken: string[] = [];
  for (const line of log.split("\n")) {
    const [, time = "", family = "", kind, why = ""] =
      /^(\S+) info: (IPv[46]) (failover|failback): (.*)/.exec(line) ?? [];
    const at = Date.parse(time);
    if (kind === "failover") lastFailover.set(family, at);
    // Log times are of the moment of writing.
    // From an uplink that died there is no hold.
    if (
      kind === "failback" &&
      why.includes("works again") &&
      at - (lastFailover.get(family) ?? Number.NEGATIVE_INFINITY) < holdMs - 100
    )
      broken.push(line);
  }
  return broken;
};
