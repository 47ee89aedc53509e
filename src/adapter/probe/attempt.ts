/** A probe under way, or a part of one. */
export interface Attempt {
  /** Gives it up: nothing is heard of it any more. Safe to repeat and after its end. Never throws. */
  cancel(): void;
}

/** How a probe ended. Round trips in milliseconds, 0 or more; texts are for people. */
export type Outcome =
  | { readonly kind: "answered"; readonly rttMs: number }
  /** A captive portal answered in the target's place; `by` says how that shows. */
  | { readonly kind: "intercepted"; readonly rttMs: number; readonly by: string }
  | { readonly kind: "failed"; readonly error: string };

/** Takes the one outcome, after the attempt was returned. */
export type OnEnd<End = Outcome> = (end: End) => void;

/** An attempt that has failed before it began: its end is told as soon as that of others could be. */
export const endSoon = <End>(onEnd: OnEnd<End>, end: End): Attempt => {
  const soon = setImmediate(() => onEnd(end));
  return { cancel: () => clearImmediate(soon) };
};
