import type { Hands } from "./hands.ts";
import type { UplinkPlan } from "./plan.ts";

/** How bad a fault is; each one uses what concerns it. */
export interface Strength {
  /** `loss`: of each packet, in each direction, 0..1. */
  readonly loss: number;
  /** `delay`: added in each direction, milliseconds. */
  readonly delayMs: number;
  /** `delay`: up to so much more or less, milliseconds. */
  readonly jitterMs: number;
  /** `target-dead`: this one; null for the first of each family. */
  readonly target: string | null;
  /** Flapping: how long each half of a round lasts, milliseconds. */
  readonly everyMs: number;
  /** Flapping: ends by itself after so many rounds. */
  readonly rounds: number;
}

/** What is meant where nothing is said. */
export const USUAL_STRENGTH: Strength = {
  loss: 0.2,
  delayMs: 200,
  jitterMs: 0,
  target: null,
  everyMs: 3000,
  rounds: 20,
};

/** What a fault works on. */
export interface FaultScope extends Strength {
  readonly uplink: UplinkPlan;
}

/** Breaks or mends; resolves when that is effective. */
export type Act = (hands: Hands, scope: FaultScope) => Promise<void>;

export interface Fault {
  /** The demo's key for it, unique. */
  readonly key: string;
  /** In words, for people. */
  readonly does: string;
  /** Whether it concerns one uplink or the whole lab. */
  readonly concerns: "uplink" | "lab";
  /** The option that the lab must be built with, null for none. */
  readonly needs: "wire" | "advertised" | null;
  readonly break: Act;
  readonly mend: Act;
}
