/** How an uplink is judged: by proven silence (`adaptive`), or by AstLinux's counter of failed tests (`classic`). */
export type DetectionSettings = AdaptiveSettings | ClassicSettings;

/** Durations in milliseconds; `…Nats` is evidence, the negative natural logarithm of a chance. */
export interface AdaptiveSettings {
  readonly kind: "adaptive";
  /** Time between probes while the uplink carries user traffic and all is well, ±10 %. */
  readonly carryingIntervalMs: number;
  /** The same while it stands by: nobody notices its failure, so it may be found later. */
  readonly standbyIntervalMs: number;
  /** Time between probes, if that is less, while losses add up to more than `boostAboveNats`. */
  readonly boostedIntervalMs: number;
  readonly boostAboveNats: number;
  /** Time between requests to a target that costs much to ask, while lighter ones watch the line. */
  readonly pageIntervalMs: number;
  /** User packets leave and nothing comes back for so long: probe at once. */
  readonly trafficStallMs: number;
  /** User traffic that comes back postpones probes, by so long at the most. */
  readonly trafficSkipMs: number;
  /** A probe is never given up sooner than this, however short the round trip. */
  readonly timeoutMinMs: number;
  /** Divert after a silence of this length. A divert that is regretted makes it longer by this factor, 1 or more … */
  readonly divertSpanMs: number;
  readonly divertSpanGrowth: number;
  /** … and of this weight; an unanswered probe weighs 1.2 nats on a good line. */
  readonly divertEvidenceNats: number;
  /** Time between confirming probes until the divert. */
  readonly divertSpacingMs: number;
  /** Fail over after a silence of this length. A failover that is regretted makes it longer, up to the maximum … */
  readonly failoverSpanMs: number;
  readonly failoverSpanMaxMs: number;
  /** … by this factor, 1 or more … */
  readonly failoverSpanGrowth: number;
  /** … and quiet days shorten it again: the excess halves in this time. */
  readonly failoverSpanHalfLifeMs: number;
  readonly failoverEvidenceNats: number;
  /** Time between confirming probes after the divert. */
  readonly confirmSpacingMs: number;
  /** Time between probes while down: at first, and after growing by a fifth with each probe. */
  readonly downIntervalMs: number;
  readonly downIntervalMaxMs: number;
  /** Time between probes during the hold-down. */
  readonly holdDownIntervalMs: number;
  /** How long an uplink must answer before it is up again: after a first failure, and at the most after repeated ones. */
  readonly holdDownMs: number;
  readonly holdDownMaxMs: number;
  /** A path (carrier, address, gateway) that returns within this time was never lost. */
  readonly pathDebounceMs: number;
}

/** AstLinux's detector. Durations in milliseconds. */
export interface ClassicSettings {
  readonly kind: "classic";
  /** Time between tests. */
  readonly intervalMs: number;
  /** The same while the counter is on its way up or down. */
  readonly failingIntervalMs: number;
  /** An answer later than this is none. */
  readonly maxLatencyMs: number;
  /** So many failed tests more than passed ones mean down. */
  readonly threshold: number;
}

/** The presets that a config may name. */
export type PresetName = "fast" | "balanced" | "calm" | "metered" | "classic";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Moves calls before the speaker notices; pays with 380 MB a month and a few needless diverts a day. */
const FAST: AdaptiveSettings = {
  kind: "adaptive",
  carryingIntervalMs: 250, // an idle line's failure is found in 0.4 s
  standbyIntervalMs: 1_000,
  boostedIntervalMs: 250, // carrying, it is this quick anyway; a standby catches up
  boostAboveNats: 3, // two losses, not one: at four probes a second single ones are daily bread
  pageIntervalMs: MINUTE_MS, // a login page is found within two minutes, for 40 MB a month by http
  trafficStallMs: 100, // two readings of the counters at 50 ms
  trafficSkipMs: 5_000,
  timeoutMinMs: 40, // above the scheduling noise of a busy router and of a DOCSIS segment
  divertSpanMs: 75, // four probes, with users' packets 0.24 s after a blackhole; lines with long round trips wait longer
  divertSpanGrowth: 1.1, // nine needless diverts a day are no reason to be slower
  divertEvidenceNats: 4.7, // four probes
  divertSpacingMs: 25, // above the 20 ms that a target is always spared
  failoverSpanMs: 1_000, // outlives a routing protocol's fast reroute, not much else
  failoverSpanMaxMs: 10_000, // no silence of 10 s is an interruption to users of this preset
  failoverSpanGrowth: 1.3, // careful, since whoever chose this preset wants it quick
  failoverSpanHalfLifeMs: 3 * DAY_MS, // and it should be quick again by the end of the week
  failoverEvidenceNats: 10, // nine probes, which ten spacings supply
  confirmSpacingMs: 100,
  downIntervalMs: 500,
  downIntervalMaxMs: 2_000,
  holdDownIntervalMs: 500, // 40 answers in the hold-down; 28 without a loss are needed
  holdDownMs: 20_000, // a modem that trains again comes and goes for some 10 s
  holdDownMaxMs: 15 * MINUTE_MS,
  pathDebounceMs: 300, // a switch port's renegotiation blinks for 0.2 s
};

/** The default: diverts in half a second, fails over in 4 s, 55 MB a month. */
const BALANCED: AdaptiveSettings = {
  kind: "adaptive",
  carryingIntervalMs: 1_000,
  standbyIntervalMs: 2_500, // known good within 3 s of a failover that needs it
  boostedIntervalMs: 500, // the closest spacing at which losses tell something new about a line
  boostAboveNats: 1, // for some seven probes after a single loss, which weighs 2 nats
  pageIntervalMs: MINUTE_MS,
  trafficStallMs: 150, // three readings at 50 ms, longer than most lines' round trip
  trafficSkipMs: 10_000,
  timeoutMinMs: 100, // below it delay is mistaken for loss on loaded cable lines
  divertSpanMs: 200,
  divertSpanGrowth: 1.3, // keeps a line that pauses thirty times a day under ten diverts; more would tell where pauses are rare
  divertEvidenceNats: 5.9, // five probes
  divertSpacingMs: 40,
  failoverSpanMs: 3_000, // all but a few interruptions of wired lines are shorter
  failoverSpanMaxMs: 15_000, // what a call's users bear before they hang up
  failoverSpanGrowth: 1.5, // four regrets reach the maximum
  failoverSpanHalfLifeMs: 14 * DAY_MS, // a line's habits change with seasons and technicians, not overnight
  failoverEvidenceNats: 12, // ten probes, which twelve spacings supply
  confirmSpacingMs: 250, // polite: 1.3 probes a second to each of three targets
  downIntervalMs: 1_000,
  downIntervalMaxMs: 5_000,
  holdDownIntervalMs: 1_000, // 30 answers in the hold-down; 28 without a loss are needed
  holdDownMs: 30_000,
  holdDownMaxMs: 30 * MINUTE_MS,
  pathDebounceMs: 1_000, // the kernel itself reports carrier changes about once a second
};

/** For those who would rather let a call stutter than break it: diverts as `balanced`, fails over after 10 s. */
const CALM: AdaptiveSettings = {
  ...BALANCED,
  carryingIntervalMs: 6_000, // users' packets that stall prompt a probe at once; a line without any is in no hurry
  standbyIntervalMs: 6_000, // its failover takes 10 s, so a standby need not be known better
  boostedIntervalMs: 2_000,
  boostAboveNats: 3,
  trafficSkipMs: 30_000, // traffic that flows is proof enough; saves most of the bytes
  failoverSpanMs: 10_000, // no interruption that was ever counted as one lasts longer
  failoverSpanMaxMs: 10_000, // nothing to learn: it is patient already
  failoverSpanGrowth: 1,
  confirmSpacingMs: 500,
};

/** For a line that is paid by the byte: 2 MB a month, diverts in 2 s, fails over in 7 s under traffic. */
const METERED: AdaptiveSettings = {
  kind: "adaptive",
  carryingIntervalMs: 15_000, // user traffic that stalls is what prompts a probe, see trafficStallMs
  standbyIntervalMs: 120_000, // 4 MB a month while it stands by, both families; asked at once when it is needed
  boostedIntervalMs: 1_000,
  boostAboveNats: 0,
  pageIntervalMs: 15 * MINUTE_MS, // 3 MB a month by http
  trafficStallMs: 1_000, // cellular round trips of 0.5 s are common
  trafficSkipMs: 120_000,
  timeoutMinMs: 100,
  divertSpanMs: 1_000, // a cellular line pauses for half a second thirty times a day
  divertSpanGrowth: 1.25,
  divertEvidenceNats: 6, // five probes
  divertSpacingMs: 250,
  failoverSpanMs: 5_000,
  failoverSpanMaxMs: 30_000,
  failoverSpanGrowth: 1.5,
  failoverSpanHalfLifeMs: 14 * DAY_MS,
  failoverEvidenceNats: 10,
  confirmSpacingMs: 500,
  downIntervalMs: 5_000,
  downIntervalMaxMs: 60_000,
  holdDownIntervalMs: 2_000, // 30 answers in the hold-down
  holdDownMs: 60_000,
  holdDownMaxMs: 60 * MINUTE_MS,
  pathDebounceMs: 1_000,
};

/** AstLinux's own defaults. */
const CLASSIC: ClassicSettings = {
  kind: "classic",
  intervalMs: 20_000, // WAN_FAILOVER_TEST_INTERVAL
  failingIntervalMs: 2_000, // its script waits so long where no exit script exists
  maxLatencyMs: 1_000, // WAN_FAILOVER_MAX_LATENCY
  threshold: 3, // WAN_FAILOVER_THRESHOLD
};

/** Each preset's numbers. */
export const PRESETS = {
  fast: FAST,
  balanced: BALANCED,
  calm: CALM,
  metered: METERED,
  classic: CLASSIC,
} as const satisfies Record<PresetName, DetectionSettings>;

/** No target is asked more often than this, whatever the settings. */
export const SEND_SPACING_MIN_MS = 20;

/** Silence counts only if so many targets are silent: one may be down by itself. */
export const SILENT_TARGETS_MIN = 2;

/** A tolerance for the rounding of floating-point times, 1 µs. */
export const ROUNDING_MS = 0.001;
