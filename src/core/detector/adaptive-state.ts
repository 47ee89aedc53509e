import type { BrownOut } from "./brown-out.ts";
import type { Assessment, Verdict } from "./detector.ts";
import type { Probe } from "./evidence.ts";
import type { HeavyLoss } from "./heavy-loss.ts";
import type { Outage } from "./hold-down.ts";
import type { Patience } from "./patience.ts";
import type { AdaptiveSettings } from "./presets.ts";
import type { Target } from "./round-trip.ts";
import type { Shortfall } from "./shortfall.ts";

/**
 * All that the adaptive detector knows of one uplink and family. It judges by proof of life: an answer to a probe proves
 * that the uplink lived when the probe was sent, and only probes sent later are evidence against it, each weighing as
 * much as its loss is unlikely. Times absolute, in milliseconds.
 */
export interface AdaptiveState {
  readonly kind: "adaptive";
  readonly settings: AdaptiveSettings;
  readonly targets: readonly Target[];
  /** So many targets, the first ones, are probed while all is well; the others only confirm. */
  readonly primaries: number;
  /** The verdict, but for a path that is lost right now. */
  readonly phase: Verdict;
  /** A path that is lost right now. */
  readonly path: { readonly lostAt: number; readonly reason: string } | null;
  /** Proof of life: when the youngest answered probe was sent. */
  readonly frontierAt: number;
  /** Unanswered probes, oldest first. */
  readonly open: readonly Probe[];
  readonly pace: Pace;
  readonly traffic: Traffic;
  readonly shortfall: Shortfall;
  readonly quality: BrownOut;
  readonly heavyLoss: HeavyLoss;
  readonly patience: Patience;
  readonly outage: Outage;
  readonly divertedAt: number | null;
  /** Suspect: a probe of this time that stays unanswered proves the outage. Infinity otherwise. */
  readonly goalAt: number;
  readonly wakeAt: number;
  readonly assessment: Assessment;
}

/** When the next probe goes out, and to whom. Times absolute, in milliseconds. */
export interface Pace {
  readonly nextSendAt: number;
  readonly lastSentAt: number;
  /** When the last probe went out that is a sample of the line's loss. */
  readonly lastPacedAt: number;
  readonly lastTarget: number;
  /** Of the last probe; the first is 1. */
  readonly seq: number;
  /** Whose turn it was last: among the primaries, among all, among the dead. */
  readonly idleTurn: number;
  readonly confirmTurn: number;
  readonly reviveTurn: number;
  readonly idleProbes: number;
  /** Probes since the suspicion (or the very beginning). */
  readonly train: number;
  /** Quick probes still to send after a hint, until something answers. */
  readonly early: number;
  /** Something was missed of late: until then the line is asked more often. */
  readonly waryUntil: number;
  readonly downIntervalMs: number;
  /** State of the random numbers. */
  readonly random: number;
  readonly carrying: boolean;
}

/** What the user's own packets say. Times absolute, in milliseconds. */
export interface Traffic {
  /** When packets last came back, and when the counters were last read. */
  readonly receivedAt: number;
  readonly readAt: number;
  /** Packets that left since then without anything coming back, and since when. */
  readonly unanswered: number;
  readonly unansweredSince: number | null;
  /** How long nothing may come back before that is a hint: doubles with each hint, halves with each answer. */
  readonly stallMs: number;
}
