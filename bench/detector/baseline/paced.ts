import type { DetectorEvent, ProbeRequest } from "../../../src/core/detector/detector.ts";
import { OPINIONS, type Subject } from "../contender.ts";

/** A probe that was sent; `rttMs` is null until it is answered. */
export interface Sent {
  readonly at: number;
  readonly rttMs: number | null;
}

/** A detector that asks one target by the clock, whatever comes back, and looks at the last probes now and then. */
export interface Pace {
  readonly intervalMs: () => number;
  readonly judgeEachMs: number;
  /** Probes older than this are forgotten. */
  readonly keepMs: number;
  /** Whether the line is down, from the probes of late, oldest first. */
  readonly judge: (log: readonly Sent[], now: number, down: boolean) => boolean;
}

const TARGET = 0;
const NO_PROBES: readonly ProbeRequest[] = [];

/** Runs it as a detector. */
export const startPaced = ({ intervalMs, judgeEachMs, keepMs, judge }: Pace): Subject => {
  const log: Sent[] = [];
  let down = false;
  let seq = 0;
  let sendAt = 0;
  let judgeAt = judgeEachMs;

  const hear = (answered: number, rttMs: number): void => {
    const index = answered - (seq - log.length + 1);
    const sent = log[index];
    if (sent !== undefined) log[index] = { ...sent, rttMs };
  };
  const look = (now: number): void => {
    judgeAt = now + judgeEachMs;
    while (log[0] !== undefined && log[0].at < now - keepMs) log.shift();
    down = judge(log, now, down);
  };
  const send = (now: number): readonly ProbeRequest[] => {
    sendAt = now + intervalMs();
    seq += 1;
    log.push({ at: now, rttMs: null });
    return [{ seq, target: TARGET }];
  };
  const take = (event: DetectorEvent, now: number): readonly ProbeRequest[] => {
    if (event.kind === "replied") hear(event.seq, event.rttMs);
    if (now >= judgeAt) look(now);
    return now >= sendAt ? send(now) : NO_PROBES;
  };
  return {
    take,
    wakeAt: () => Math.min(sendAt, judgeAt),
    opinion: () => (down ? OPINIONS.down : OPINIONS.up),
    learned: () => null,
  };
};
