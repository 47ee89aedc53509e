import type { Watch } from "./moves.ts";

/** Whether any uplink works, and what people know of it. */
export interface OutageState {
  /** Since when none works (ms since boot); null while one does. */
  readonly since: number | null;
  /** People were told that none works. */
  readonly told: boolean;
  /** How long none worked (ms), where that is over and not told yet; 0 where there is nothing to tell. */
  readonly overMs: number;
  /** When to tell; Infinity if there is nothing. */
  readonly dueAt: number;
}

/** An outage of everything is worth a message of its own after so long (ms): a relay on the LAN is still in reach. */
const OFFLINE_MS = 30_000;

/** A shorter one (ms) is a hiccup. */
const WORTH_TELLING_MS = 10_000;

const NEVER = Number.POSITIVE_INFINITY;

/** All is well as far as is known. */
export const NO_OUTAGE: OutageState = { since: null, told: false, overMs: 0, dueAt: NEVER };

/** Takes in whether any uplink works. Pure; never throws. */
export const watchOutage = (state: OutageState, { view, settleMs, moment }: Watch): OutageState => {
  const { now } = moment;
  if (view.lead === null) return state;
  if (view.online) return state.since === null ? state : over(state, now, settleMs);
  if (state.since !== null || view.uplinks.some(({ works }) => works === null)) return state;
  return { ...state, since: now, dueAt: now + OFFLINE_MS };
};

const over = ({ since, told, overMs: before }: OutageState, now: number, settleMs: number): OutageState => {
  const overMs = before + now - (since ?? now);
  return overMs < WORTH_TELLING_MS && !told ? NO_OUTAGE : { since: null, told, overMs, dueAt: now + settleMs };
};

/** What is due to be told now; null: nothing. Pure; never throws. */
export const outageNews = (state: OutageState, now: number): "offline" | "online" | null => {
  if (now < state.dueAt) return null;
  return state.since === null ? "online" : "offline";
};

/** The state once that was told. Pure; never throws. */
export const outageTold = (state: OutageState): OutageState =>
  state.since === null ? NO_OUTAGE : { ...state, told: true, overMs: 0, dueAt: NEVER };
