import type { Moment } from "./settings.ts";

/** When something began: ms since boot, or, for what is older than this boot, ms since 1970 as the clock said then. */
export type Since = { readonly now: number } | { readonly wallMs: number };

/** How moments are kept: as ms since 1970, of which the same boot can make ms since boot again. */
export interface KeptClock {
  /** Names the machine's boot. */
  readonly boot: string;
  /** What was added (ms) to make a date of a time since boot. */
  readonly offsetMs: number;
}

/** Over a boot only the wall clock tells, and one that says more than a year (ms) was wrong, or is. */
const BELIEVED_MS = 365 * 86_400_000;

/** For how long it has lasted (ms), whatever the wall clock was set to meanwhile; 0 where nobody knows. Pure; never throws. */
export const lastedMs = (since: Since, { now, wallMs }: Moment): number => {
  if ("now" in since) return now - since.now;
  const ms = wallMs - since.wallMs;
  return ms > 0 && ms < BELIEVED_MS ? ms : 0;
};

/** As it is kept: ms since 1970. Pure; never throws. */
export const keptSince = (since: Since, { offsetMs }: KeptClock): number =>
  "now" in since ? since.now + offsetMs : since.wallMs;

/** What was kept as `wallMs`. `clock`: by which it was; null: by that of another boot. Pure; never throws. */
export const sinceKept = (wallMs: number, clock: KeptClock | null): Since =>
  clock === null ? { wallMs } : { now: wallMs - clock.offsetMs };
