import type { Target } from "./round-trip.ts";

/** A probe that was sent and not answered yet. Times in milliseconds, absolute. */
export interface Probe {
  readonly seq: number;
  readonly target: number;
  readonly sentAt: number;
  /** From here on its silence is evidence. */
  readonly expiresAt: number;
  /** From here on it counts as lost in the line's figures; its answer still counts as life. */
  readonly lostAt: number;
  /** The weight of its silence, nats: how unlikely its loss is where the line is well. */
  readonly nats: number;
  /** It was answered or expired as far as `heavyLoss` is concerned. */
  readonly weighed: boolean;
  /** Its outcome is in the figures. */
  readonly counted: boolean;
  /** Far enough from the probe before to be an independent sample of the line's loss. */
  readonly paced: boolean;
  /** We slept while it was out: its round trip is ours, not the line's. */
  readonly tainted: boolean;
}

/** The unanswered probes since the last proof of life, taken together. */
export interface Silence {
  readonly firstSentAt: number;
  readonly lastSentAt: number;
  readonly probes: number;
  readonly targets: number;
  readonly nats: number;
}

/** What makes a probe's silence evidence or not. */
export interface Line {
  readonly open: readonly Probe[];
  readonly targets: readonly Target[];
  /** Proof of life: when the youngest answered probe was sent. */
  readonly frontierAt: number;
}

/** Losses come in bursts: two in a row are not twice as unlikely as one. So none weighs more than this. */
const LOSS_FLOOR = 0.3;

/** The weight of silence from `target`, nats. Never throws. */
export const natsOf = (target: Target): number => (target.dead ? 0 : -Math.log(Math.max(target.lossRatio, LOSS_FLOOR)));

/** How many targets are alive by themselves. */
export const livingTargets = (targets: readonly Target[]): number => {
  let living = 0;
  for (const target of targets) if (!target.dead) living += 1;
  return living;
};

/** Whether a target's losses are the line's: a dead one's are its own, unless there is no other. Never throws. */
export const isLineSample = (targets: readonly Target[], target: number): boolean =>
  targets[target]?.dead === false || livingTargets(targets) === 0;

/** What the expired probes prove, null if nothing: a probe before the proof of life, or to a dead target, is none. */
export const weighSilence = ({ open, targets, frontierAt }: Line, now: number): Silence | null => {
  if (open.length === 0) return null;
  const expired = open.filter((probe) => probe.expiresAt <= now && isEvidence(probe, targets, frontierAt));
  const first = expired[0];
  if (first === undefined) return null;
  let [lastSentAt, nats] = [first.sentAt, 0];
  const silent = new Set<number>();
  for (const probe of expired) {
    lastSentAt = Math.max(lastSentAt, probe.sentAt);
    nats += probe.nats;
    silent.add(probe.target);
  }
  return { firstSentAt: first.sentAt, lastSentAt, probes: expired.length, targets: silent.size, nats };
};

/** Else a line that lost much could never be down. */
const isEvidence = (probe: Probe, targets: readonly Target[], frontierAt: number): boolean =>
  probe.sentAt > frontierAt && isLineSample(targets, probe.target);

/** When the next open probe expires or is lost, Infinity if none will be. Never throws. */
export const nextDeadline = ({ open, frontierAt }: Line, now: number): number => {
  let next = Number.POSITIVE_INFINITY;
  for (const { sentAt, expiresAt, lostAt, weighed, counted } of open) {
    if ((sentAt > frontierAt || !weighed) && expiresAt > now && expiresAt < next) next = expiresAt;
    if (!counted && lostAt > now && lostAt < next) next = lostAt;
  }
  return next;
};

/** The open probes after we slept for `byMs`: what wasn't decided before is put off, never lost. */
export const excuse = (open: readonly Probe[], byMs: number): readonly Probe[] =>
  open.map((probe) => ({
    ...probe,
    expiresAt: probe.expiresAt + byMs,
    lostAt: probe.lostAt + byMs,
    tainted: true,
  }));
