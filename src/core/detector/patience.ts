import type { Learned } from "./detector.ts";
import type { AdaptiveSettings } from "./presets.ts";

/** How long a silence must last on this line before it is believed: longer after each regret, shorter with quiet days. */
export interface Patience {
  /** Milliseconds, as of `failoverAt`. */
  readonly failoverSpanMs: number;
  readonly failoverAt: number;
  /** Milliseconds, as of `divertAt`. */
  readonly divertSpanMs: number;
  readonly divertAt: number;
  /** Failures that lasted, and failures whose line was back at once. */
  readonly longOutages: number;
  readonly regrets: number;
}

/** A failure is regretted if the line answers again within this time: waiting would have cost less than moving. */
export const FAILOVER_REGRET_MS = 20_000;

/** A divert is regretted if it ends within this time. */
export const DIVERT_REGRET_MS = 3_000;

/** A line that has its bad hours in the evening is met patiently there and quickly the next morning. */
const DIVERT_HALF_LIFE_MS = 6 * 3_600_000;

/** Patience at the start: as learned before, within what the settings allow now. */
export const startPatience = (settings: AdaptiveSettings, learned: Learned | null, now: number): Patience => ({
  failoverSpanMs: between(learned?.failoverSpanMs, settings.failoverSpanMs, settings.failoverSpanMaxMs),
  failoverAt: Math.min(learned?.at ?? now, now),
  divertSpanMs: between(learned?.divertSpanMs, settings.divertSpanMs, settings.failoverSpanMaxMs),
  divertAt: Math.min(learned?.at ?? now, now),
  longOutages: learned?.longOutages ?? 0,
  regrets: learned?.regrets ?? 0,
});

/** The silence that means failure, milliseconds. Never throws. */
export const failoverSpan = (patience: Patience, settings: AdaptiveSettings, now: number): number => {
  if (patience.failoverSpanMs === settings.failoverSpanMs) return settings.failoverSpanMs;
  const faded = fade(now - patience.failoverAt, settings.failoverSpanHalfLifeMs);
  return settings.failoverSpanMs + (patience.failoverSpanMs - settings.failoverSpanMs) * faded;
};

/** The silence that diverts, milliseconds: never longer than that which means failure. Never throws. */
export const divertSpan = (patience: Patience, settings: AdaptiveSettings, now: number): number => {
  if (patience.divertSpanMs === settings.divertSpanMs) return settings.divertSpanMs;
  const faded = fade(now - patience.divertAt, DIVERT_HALF_LIFE_MS);
  const span = settings.divertSpanMs + (patience.divertSpanMs - settings.divertSpanMs) * faded;
  return Math.min(span, failoverSpan(patience, settings, now));
};

/** After a failure whose line answered again after `lastedMs`. Never throws. */
export const learnOutage = (
  patience: Patience,
  settings: AdaptiveSettings,
  { lastedMs, now }: { readonly lastedMs: number; readonly now: number },
): Patience => {
  if (lastedMs >= FAILOVER_REGRET_MS) return { ...patience, longOutages: patience.longOutages + 1 };
  const grown = failoverSpan(patience, settings, now) * settings.failoverSpanGrowth;
  const failoverSpanMs = Math.min(settings.failoverSpanMaxMs, grown);
  return { ...patience, failoverSpanMs, failoverAt: now, regrets: patience.regrets + 1 };
};

/** After a divert that ended because the line answered after `lastedMs`. Never throws. */
export const learnDivert = (
  patience: Patience,
  settings: AdaptiveSettings,
  { lastedMs, now }: { readonly lastedMs: number; readonly now: number },
): Patience => {
  if (lastedMs >= DIVERT_REGRET_MS) return patience;
  const grown = divertSpan(patience, settings, now) * settings.divertSpanGrowth;
  return { ...patience, divertSpanMs: Math.min(failoverSpan(patience, settings, now), grown), divertAt: now };
};

/** Probability 0..1 that a silence that means failure is a lasting one here: Laplace's rule of succession. */
export const confidence = ({ longOutages, regrets }: Patience): number =>
  (longOutages + 1) / (longOutages + regrets + 2);

const fade = (elapsedMs: number, halfLifeMs: number): number => 2 ** (-Math.max(0, elapsedMs) / halfLifeMs);

const between = (value: number | undefined, least: number, most: number): number =>
  value === undefined || !Number.isFinite(value) ? least : Math.min(most, Math.max(least, value));
