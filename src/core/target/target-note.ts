import type { Assessment } from "../detector/detector.ts";
import type { Event } from "../event.ts";

/** What is known of one target beyond whether it answers. */
export interface TargetNote {
  /** The captive portal that answered in its place since it last answered itself, null if none did. */
  readonly portal: Portal | null;
  /** Why its last probe failed, null if it was answered. Silence is told elsewhere. */
  readonly failure: string | null;
}

/** A captive portal (RFC 8952): somebody on the way who wants a login before anything else passes. */
export interface Portal {
  /** How it first showed, for people. */
  readonly by: string;
  readonly answers: number;
}

/** What is known at the start. */
export const NO_NOTE: TargetNote = { portal: null, failure: null };

/** One odd answer is no proof: a server may have a bad moment. */
const ANSWERS_MIN = 2;

/** The end of a probe. */
export type ProbeEnd = Extract<Event, { kind: "probe-replied" | "probe-intercepted" | "probe-refused" }>;

/** The notes after a probe of the target at `place` has ended; the same ones where nothing is new. Never throws. */
export const noteEnd = (notes: readonly TargetNote[], place: number, end: ProbeEnd): readonly TargetNote[] => {
  const before = notes[place];
  if (before === undefined) return notes;
  const after = noteAfter(before, end);
  return after === before ? notes : notes.with(place, after);
};

/** A failure doesn't clear a portal: where there is one, much else fails. */
const noteAfter = (before: TargetNote, end: ProbeEnd): TargetNote => {
  switch (end.kind) {
    case "probe-replied":
      return before.portal === null && before.failure === null ? before : NO_NOTE;
    case "probe-intercepted":
      return { portal: { by: before.portal?.by ?? end.by, answers: (before.portal?.answers ?? 0) + 1 }, failure: null };
    case "probe-refused":
      return before.failure === end.error ? before : { ...before, failure: end.error };
  }
};

/** Whether a portal has answered that isn't believed yet. Never throws. */
export const isOdd = ({ portal }: TargetNote): boolean => portal !== null && portal.answers < ANSWERS_MIN;

/** How the captive portal shows that holds the line, null if there is none. Never throws. */
export const portalIn = (notes: readonly TargetNote[]): string | null => {
  for (const { portal } of notes) if (portal !== null && portal.answers >= ANSWERS_MIN) return portal.by;
  return null;
};

/** "shows a login page: redirected to http://login.hotel.example/". */
export const portalText = (by: string): string => `shows a login page: ${by}`;

/** Why an uplink is what it is, a portal included. Never throws. */
export const reasonWith = (
  { verdict, reason }: Pick<Assessment, "verdict" | "reason">,
  portal: string | null,
): string => {
  if (portal === null) return reason;
  return verdict === "up" ? portalText(portal) : `${reason}; it ${portalText(portal)}`;
};
