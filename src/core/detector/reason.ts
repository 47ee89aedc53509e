import type { BrownOut } from "./brown-out.ts";
import type { Silence } from "./evidence.ts";
import type { HeavyLoss } from "./heavy-loss.ts";
import type { Outage } from "./hold-down.ts";
import type { Target } from "./round-trip.ts";

/** "5 probes to 3 targets unanswered for 3.1 s". */
export const tellSilence = (silence: Silence, now: number): string =>
  `${count(silence.probes, "probe")} to ${count(silence.targets, "target")} unanswered for ${span(now - silence.firstSentAt)}`;

/** What is wrong with a line that answers, or that it answers, with its round trip. */
export const tellQuality = (targets: readonly Target[], { degraded }: BrownOut, { heavy }: HeavyLoss): string => {
  const faults = [
    ...(degraded.loss || heavy ? [`${percent(lossOf(targets))} of its probes are lost`] : []),
    ...(degraded.latency ? [tellLatency(targets)] : []),
  ];
  if (faults.length > 0) return `answers, but ${faults.join(" and ")}`;
  const rttMs = shortest(targets.map((target) => target.rttMs));
  return rttMs === null ? "answers" : `answers within ${span(rttMs)}`;
};

/** "answered throughout its hold-down of 30 s, 1 of 31 probes lost". */
export const tellRestored = ({ holdMs, outcomes, losses }: Outage): string =>
  `answered throughout its hold-down of ${span(holdMs)}, ${losses} of ${count(outcomes, "probe")} lost`;

/** "answers again after 45 s, held down for 30 s". */
export const tellHeld = (outage: Outage, now: number): string =>
  `answers again after ${span(now - outage.downAt)}, held down for ${span(outage.holdMs)}`;

/** A duration for people: "85 ms", "3.1 s", "45 s", "12 min", "3.5 h". */
export const span = (ms: number): string => {
  if (ms < 1) return `${Math.max(0, ms).toFixed(1)} ms`;
  if (ms < 100) return `${ms.toFixed(0)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 119_500) return `${(ms / 1_000).toFixed(0)} s`;
  if (ms < 7_170_000) return `${(ms / 60_000).toFixed(0)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
};

const tellLatency = (targets: readonly Target[]): string => {
  const now = shortest(targets.map((target) => target.rttMs));
  const usual = shortest(targets.map((target) => target.baseMs));
  return `it takes ${span(now ?? 0)}, usually ${span(usual ?? 0)}`;
};

const lossOf = (targets: readonly Target[]): number => {
  const living = targets.filter((target) => !target.dead);
  const asked = living.length > 0 ? living : targets;
  return asked.reduce((sum, target) => sum + target.lossRatio, 0) / Math.max(1, asked.length);
};

const shortest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
};

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

const percent = (ratio: number): string => `${(100 * ratio).toFixed(0)} %`;
