import type { DetectorEvent, Learned, ProbeRequest } from "../../src/core/detector/detector.ts";

/** One detector at work on one line. Milliseconds. */
export interface Subject {
  /** Takes an event and says which probes it wants sent. */
  readonly take: (event: DetectorEvent, now: number) => readonly ProbeRequest[];
  /** When it wants its next tick. */
  readonly wakeAt: () => number;
  readonly opinion: () => Opinion;
  /** What it knows of the line after a long time, null if it doesn't learn. */
  readonly learned: (now: number) => Learned | null;
}

/** What it thinks of the line. */
export interface Opinion {
  readonly down: boolean;
  /** New flows are kept away from it. True whenever down. */
  readonly diverted: boolean;
  readonly degraded: boolean;
}

/** A detector to be scored. */
export interface Contender {
  readonly name: string;
  /** A request and its reply, with their IPv4 headers. */
  readonly octetsPerProbe: number;
  /** Whether the users' packets mean something to it. */
  readonly hearsTraffic: boolean;
  /** Whether it is told that its uplink carries traffic even where there are no users; else that one stands by. */
  readonly carriesUnused?: boolean;
  readonly start: (options: SubjectStart) => Subject;
}

export interface SubjectStart {
  readonly seed: number;
  readonly learned: Learned | null;
}

/** An opinion of a detector that has but one stage. */
export const OPINIONS = {
  up: { down: false, diverted: false, degraded: false },
  down: { down: true, diverted: true, degraded: false },
} as const satisfies Record<string, Opinion>;
