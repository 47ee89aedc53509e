import {
  type AdaptiveSettings,
  type ClassicSettings,
  type DetectionSettings,
  SEND_SPACING_MIN_MS,
  SILENT_TARGETS_MIN,
} from "./presets.ts";

/** The weight of an unanswered probe on a good line, nats: that of a 30 % loss, since losses come in bursts. */
const PROBE_NATS = 1.2;

/** More open probes than this would make a detector's steps slow. */
const CONFIRMING_PROBES_MAX = 500;

/**
 * The mistakes in `settings` for an uplink with `targetCount` targets of one address family, one sentence each, naming
 * the option (as in the config, without the unit) and what would be right. Empty: none. Never throws.
 */
export const checkDetection = (settings: DetectionSettings, targetCount: number): string[] => [
  ...checkNumbers(settings),
  ...(settings.kind === "classic" ? checkClassic(settings, targetCount) : checkAdaptive(settings, targetCount)),
];

const checkNumbers = (settings: DetectionSettings): string[] =>
  Object.entries(settings)
    .filter(([name, value]) => typeof value === "number" && !isSensible(name, value))
    .map(
      ([name]) =>
        `${optionName(name)} must be a finite number ${name === "boostAboveNats" ? "of 0 or more" : "above 0"}`,
    );

const isSensible = (name: string, value: number): boolean =>
  Number.isFinite(value) && (value > 0 || (value === 0 && name === "boostAboveNats"));

const optionName = (name: string): string => name.replace(/(Ms|Nats)$/, "");

const checkClassic = (settings: ClassicSettings, targetCount: number): string[] => [
  ...must(targetCount >= 1, "targets must name at least 1 address of each address family"),
  ...must(Number.isInteger(settings.threshold), "threshold must be a whole number"),
];

const checkAdaptive = (settings: AdaptiveSettings, targetCount: number): string[] => [
  ...must(
    targetCount >= SILENT_TARGETS_MIN,
    `targets must name at least ${SILENT_TARGETS_MIN} addresses of each address family, since one of them may be down by itself`,
  ),
  ...checkSpans(settings, targetCount),
  ...checkSpacings(settings),
  ...checkOrder(settings),
];

const checkSpans = (settings: AdaptiveSettings, targetCount: number): string[] => {
  const { confirmSpacingMs, failoverSpanMs, failoverEvidenceNats, divertSpanMs } = settings;
  const round = targetCount * confirmSpacingMs + 200;
  const evidence = (PROBE_NATS * failoverSpanMs) / confirmSpacingMs;
  return [
    ...must(
      round < failoverSpanMs,
      `confirmSpacing (${confirmSpacingMs}ms) must be less than ${Math.floor((failoverSpanMs - 200) / targetCount)}ms, ` +
        `so that each of ${targetCount} targets is asked within failoverSpan (${failoverSpanMs}ms)`,
    ),
    ...must(
      failoverEvidenceNats <= evidence,
      `failoverEvidence (${failoverEvidenceNats}) must be at most ${evidence.toFixed(1)}, ` +
        `what probes every ${confirmSpacingMs}ms can prove within failoverSpan (${failoverSpanMs}ms)`,
    ),
    ...must(
      divertSpanMs <= failoverSpanMs,
      `divertSpan (${divertSpanMs}ms) must be at most failoverSpan (${failoverSpanMs}ms)`,
    ),
    ...must(
      (2 * settings.failoverSpanMaxMs) / confirmSpacingMs <= CONFIRMING_PROBES_MAX,
      `confirmSpacing (${confirmSpacingMs}ms) must be at least ` +
        `${Math.ceil((2 * settings.failoverSpanMaxMs) / CONFIRMING_PROBES_MAX)}ms with failoverSpanMax ${settings.failoverSpanMaxMs}ms`,
    ),
  ];
};

const checkSpacings = (settings: AdaptiveSettings): string[] => {
  const { confirmSpacingMs, carryingIntervalMs, standbyIntervalMs, divertSpacingMs } = settings;
  return [
    ...must(
      divertSpacingMs >= SEND_SPACING_MIN_MS,
      `divertSpacing (${divertSpacingMs}ms) must be at least ${SEND_SPACING_MIN_MS}ms, to spare the targets`,
    ),
    ...must(
      confirmSpacingMs >= SEND_SPACING_MIN_MS,
      `confirmSpacing (${confirmSpacingMs}ms) must be at least ${SEND_SPACING_MIN_MS}ms, to spare the targets`,
    ),
    ...must(
      carryingIntervalMs >= confirmSpacingMs,
      `carryingInterval (${carryingIntervalMs}ms) must be at least confirmSpacing (${confirmSpacingMs}ms)`,
    ),
    ...must(
      standbyIntervalMs >= confirmSpacingMs,
      `standbyInterval (${standbyIntervalMs}ms) must be at least confirmSpacing (${confirmSpacingMs}ms)`,
    ),
  ];
};

const checkOrder = (settings: AdaptiveSettings): string[] => {
  const { holdDownMs, holdDownMaxMs, failoverSpanMs, failoverSpanMaxMs, downIntervalMs, downIntervalMaxMs } = settings;
  return [
    ...must(holdDownMs <= holdDownMaxMs, `holdDown (${holdDownMs}ms) must be at most holdDownMax (${holdDownMaxMs}ms)`),
    ...must(
      failoverSpanMs <= failoverSpanMaxMs,
      `failoverSpan (${failoverSpanMs}ms) must be at most failoverSpanMax (${failoverSpanMaxMs}ms)`,
    ),
    ...must(
      downIntervalMs <= downIntervalMaxMs,
      `downInterval (${downIntervalMs}ms) must be at most downIntervalMax (${downIntervalMaxMs}ms)`,
    ),
    ...must(settings.failoverSpanGrowth >= 1, "failoverSpanGrowth must be at least 1: patience only grows by regret"),
    ...must(settings.divertSpanGrowth >= 1, "divertSpanGrowth must be at least 1: patience only grows by regret"),
  ];
};

const must = (holds: boolean, otherwise: string): string[] => (holds ? [] : [otherwise]);
