import type { Outcome, Sample } from "./entry.ts";

/** What is told from what: the place, the target and the span. */
const keyOf = ({ uplink, family, target }: Outcome, at: number): string => `${at} ${uplink} ${family} ${target}`;

const grown = (before: Sample, { rttMs }: Outcome): Sample => {
  const sent = before.sent + 1;
  if (rttMs === null) return { ...before, sent, lost: before.lost + 1 };
  const first = before.sent === before.lost;
  return {
    ...before,
    sent,
    rttMsSum: before.rttMsSum + rttMs,
    rttMsMin: first ? rttMs : Math.min(before.rttMsMin, rttMs),
    rttMsMax: Math.max(before.rttMsMax, rttMs),
  };
};

/** Outcomes rolled up into spans of `spanMs`, by their begin; in the order of the first of each. Pure; never throws. */
export const rollUp = (outcomes: Iterable<Outcome>, spanMs: number): readonly Sample[] => {
  const samples = new Map<string, Sample>();
  for (const outcome of outcomes) {
    const { uplink, family, target } = outcome;
    const at = Math.floor(outcome.at / spanMs) * spanMs;
    const key = keyOf(outcome, at);
    const none: Sample = { uplink, family, target, at, sent: 0, lost: 0, rttMsSum: 0, rttMsMin: 0, rttMsMax: 0 };
    samples.set(key, grown(samples.get(key) ?? none, outcome));
  }
  return [...samples.values()];
};
