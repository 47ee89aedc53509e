import { learnAdaptive, startAdaptive, stepAdaptive } from "./adaptive.ts";
import type { AdaptiveState } from "./adaptive-state.ts";
import { type ClassicState, learnClassic, startClassic, stepClassic } from "./classic.ts";
import type { Assessment, DetectorEvent, Learned, ProbeRequest } from "./detector.ts";
import type { DetectionSettings } from "./presets.ts";

/** All that a detector knows: plain data, replaced and never changed. */
export type DetectorState = AdaptiveState | ClassicState;

/** What a step of the detector led to. */
export interface DetectorStep {
  readonly state: DetectorState;
  readonly probes: readonly ProbeRequest[];
}

/** What a detector begins with. */
export interface DetectorStart {
  readonly settings: DetectionSettings;
  /** Targets of this family, 1 or more. */
  readonly targetCount: number;
  /**
   * The places of those that cost much to ask, none when not said: while lighter ones watch the line, these are asked each
   * `pageIntervalMs`, and they confirm only where the others are too few.
   */
  readonly heavy?: readonly number[];
  /** So many of them, the first ones, are asked while all is well; the others only confirm. Three where this is left out. */
  readonly primaryCount?: number;
  /** Any integer; detectors with different seeds probe at different moments. */
  readonly seed: number;
  /** Milliseconds, of the clock of all later steps. */
  readonly now: number;
  /** What a detector of this uplink learned before, null if nothing. */
  readonly learned: Learned | null;
}

/** A new detector. Its first probe is due at once; it takes the uplink as standing by until told. Never throws. */
export const startDetector = ({ settings, ...start }: DetectorStart): DetectorState =>
  settings.kind === "adaptive" ? startAdaptive({ settings, ...start }) : startClassic({ settings, ...start });

/**
 * One event at `now`, milliseconds, never less than before. At most one probe is wanted per step; a probe wanted counts
 * as sent now. The same events give the same steps. Never throws.
 */
export const stepDetector = (state: DetectorState, event: DetectorEvent, now: number): DetectorStep =>
  state.kind === "adaptive" ? stepAdaptive(state, event, now) : stepClassic(state, event, now);

/** When the next tick is due, milliseconds, Infinity for none; always after the `now` of the step before. */
export const wakeAt = ({ wakeAt: at }: DetectorState): number => at;

/** The current opinion: the identical object as long as nothing in it has changed. */
export const assess = ({ assessment }: DetectorState): Assessment => assessment;

/** What is worth keeping over a restart, as of `now`. Never throws. */
export const learn = (state: DetectorState, now: number): Learned =>
  state.kind === "adaptive" ? learnAdaptive(state, now) : learnClassic(state, now);
