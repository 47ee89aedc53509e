import type { SendProbe } from "../../core/command.ts";
import type { ProbeOutcome } from "../../core/event.ts";
import type { Outcome } from "../../core/history/entry.ts";
import { targetText } from "../../core/target/target.ts";

/** Brings probes and what became of them together. */
export interface ProbeTally {
  /** Never throws. */
  sent(probe: SendProbe, now: number): void;
  /** `rttMs` null: it was refused. Never throws. */
  ended(end: ProbeOutcome, rttMs: number | null): void;
  /** Counts as lost what was not answered in time. Never throws. */
  expire(now: number): void;
}

/** Who answers later than this (ms) doesn't answer. */
export const ANSWER_MS = 5000;

type Waiting = Omit<Outcome, "rttMs">;

const keyOf = ({ uplink, family, seq }: ProbeOutcome): string => `${uplink} ${family} ${seq}`;

/** A tally without a probe. Each outcome is told once. Never throws. */
export const openProbeTally = (tell: (outcome: Outcome) => void): ProbeTally => {
  const waiting = new Map<string, Waiting>();
  const end = (key: string, rttMs: number | null): void => {
    const probe = waiting.get(key);
    if (probe === undefined) return;
    waiting.delete(key);
    tell({ ...probe, rttMs });
  };
  return {
    sent: (probe, now) => {
      const { uplink, family, target } = probe;
      waiting.set(keyOf(probe), { uplink, family, target: targetText(target), at: now });
    },
    ended: (outcome, rttMs) => end(keyOf(outcome), rttMs),
    expire: (now) => {
      // A map keeps the order of insertion: the oldest come first.
      for (const [key, { at }] of waiting) {
        if (at + ANSWER_MS > now) return;
        end(key, null);
      }
    },
  };
};
