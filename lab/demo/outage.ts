import type { Protocol } from "../sample.ts";
import { type FlowRecord, isGood } from "./flows.ts";

/** What flows of one kind suffered. Times in ms. */
export interface Harm {
  /** From the fault to the sending of the first of those that worked again, in the slowest stream; null: not yet. */
  readonly recoveredMs: number | null;
  readonly lost: number;
  readonly resets: number;
}

/** What a fault did to the LAN. */
export interface Outage {
  /** New connections. */
  readonly fresh: Harm;
  /** Running ones. */
  readonly udp: Harm;
  readonly tcp: Harm;
}

/** So many in a row must be answered, as everywhere in the lab. */
const CONSECUTIVE = 5;

/** The time from `since` to the first of a run of requests that were answered, null where there is none. */
const recovery = (record: FlowRecord, since: number): number | null => {
  let begin = Number.NaN;
  let run = 0;
  for (const sample of [...record.samples.values()].sort((one, other) => one.sequence - other.sequence)) {
    if (sample.sentAt < since) continue;
    const follows = isGood(sample) && record.samples.has(sample.sequence - 1);
    if (!isGood(sample)) run = 0;
    else if (run === 0 || !follows) [run, begin] = [1, sample.sentAt];
    else run++;
    if (run === CONSECUTIVE) return begin - since;
  }
  return null;
};

const harm = (records: readonly FlowRecord[], since: number): Harm => {
  const recoveries = records.map((record) => recovery(record, since));
  return {
    recoveredMs: recoveries.reduce<number | null>(
      (slowest, one) => (slowest === null || one === null ? null : Math.max(slowest, one)),
      0,
    ),
    lost: records.reduce((sum, { lost }) => sum + lost.size, 0),
    resets: records.reduce((sum, { resets }) => sum + resets, 0),
  };
};

/** What flows have suffered since a time, which must be the records' mark. Pure; never throws. */
export const measureOutage = (records: readonly FlowRecord[], since: number): Outage => {
  const running = (protocol: Protocol): Harm =>
    harm(
      records.filter(({ stream }) => stream.flow === "long" && stream.protocol === protocol),
      since,
    );
  const fresh = records.filter(({ stream }) => stream.flow === "new");
  return { fresh: harm(fresh, since), udp: running("udp"), tcp: running("tcp") };
};
