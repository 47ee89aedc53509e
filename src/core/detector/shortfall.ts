import type { AdaptiveState } from "./adaptive-state.ts";
import { ROUNDING_MS } from "./presets.ts";
import { beWary, scheduleBy } from "./probing.ts";

/** How much comes back for what users send: less than usual is a hint that a part of it is lost. */
export interface Shortfall {
  /** Packets of the last second or so. */
  readonly sent: number;
  readonly received: number;
  /** Received for each one sent, of the last ten seconds or so; null until there was traffic. */
  readonly usual: number | null;
  /** When it last made us probe, and how long it rests after that, milliseconds. */
  readonly hintedAt: number;
  readonly restMs: number;
}

/** With readings each 50 ms: a second, and ten. */
const SHORT_STEP = 1 / 20;
const USUAL_STEP = 1 / 200;

/** Fewer packets say nothing about a ratio. */
const PACKETS_MIN = 20;

/** Below this share of what is usual there is a shortfall. */
const SHORT = 0.8;

/** What users do changes too: a hint that finds nothing rests half as long again, at the most as long as traffic postpones probes. */
const REST_MS = 500;
const REST_GROWTH = 1.5;

/** A lone probe would most often find nothing: two of them do, most often, where two fifths are lost. */
const WARY_MS = 500;

/** No traffic yet. */
export const NO_SHORTFALL: Shortfall = {
  sent: 0,
  received: 0,
  usual: null,
  hintedAt: Number.NEGATIVE_INFINITY,
  restMs: REST_MS,
};

/** After a reading of the counters: traffic that is answered less than usual doesn't postpone probes, it asks for one. */
export const hearShortfall = (
  state: AdaptiveState,
  { sent, received }: { readonly sent: number; readonly received: number },
  now: number,
): AdaptiveState => {
  const shortfall = learn(state.shortfall, sent, received);
  const rested = now - shortfall.hintedAt >= shortfall.restMs - ROUNDING_MS;
  if (!isShort(shortfall))
    return { ...state, shortfall: { ...shortfall, restMs: rested ? REST_MS : shortfall.restMs } };
  if (state.phase !== "up" || !rested) return { ...state, shortfall };
  const restMs = Math.min(state.settings.trafficSkipMs, REST_GROWTH * shortfall.restMs);
  return beWary(scheduleBy({ ...state, shortfall: { ...shortfall, hintedAt: now, restMs } }, now), now + WARY_MS);
};

const learn = (before: Shortfall, sent: number, received: number): Shortfall => {
  const now = { sent: before.sent * (1 - SHORT_STEP) + sent, received: before.received * (1 - SHORT_STEP) + received };
  const ratio = now.sent >= PACKETS_MIN ? now.received / now.sent : null;
  const usual =
    ratio === null ? before.usual : (before.usual ?? ratio) + (ratio - (before.usual ?? ratio)) * USUAL_STEP;
  return { ...before, ...now, usual };
};

const isShort = ({ sent, received, usual }: Shortfall): boolean =>
  usual !== null && sent >= PACKETS_MIN && received < SHORT * usual * sent;
