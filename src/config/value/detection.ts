import * as z from "zod";
import {
  type AdaptiveSettings,
  type ClassicSettings,
  type DetectionSettings,
  PRESETS,
  type PresetName,
} from "../../core/detector/presets.ts";
import { duration, group } from "./value.ts";

/** The option that sets a field: its name without the unit, which the value says or the table below. */
type OptionName<Field extends string> = Field extends `${infer Name}${"Ms" | "Nats"}` ? Name : Field;

type OptionsOf<Settings> = {
  readonly [Field in Exclude<keyof Settings, "kind"> & string as OptionName<Field>]: z.ZodType;
};

const time = (from: string, to: string, description: string) => duration({ from, to }, { description }).optional();

const number = ({ from, to, unit }: { from: number; to: number; unit: string }, description: string) =>
  z.number().min(from).max(to).meta({ description, unit }).optional();

const nats = (to: number, description: string) => number({ from: 0, to, unit: "nats" }, description);

const ADAPTIVE = {
  carryingInterval: time("50ms", "1h", "Time between probes while the uplink carries traffic and all is well, ±10 %."),
  standbyInterval: time("50ms", "1d", "The same while it stands by."),
  boostedInterval: time("50ms", "1h", "Time between probes, if that is less, while losses add up."),
  boostAbove: nats(18, "How far losses must add up for that. The first loss on a good line weighs some 2 nats."),
  pageInterval: time(
    "1s",
    "1d",
    "Time between requests to `http://` and `https://` targets while others watch the line.",
  ),
  trafficStall: time("50ms", "1m", "Packets leave and nothing comes back for so long: probe at once."),
  trafficSkip: time("10ms", "1h", "Traffic that comes back postpones probes, by so long at the most."),
  timeoutMin: time("10ms", "3s", "A probe is never given up sooner, however short the round trip."),
  divertSpan: time("50ms", "1m", "New connections go elsewhere after a silence of this length; grows when regretted."),
  divertSpanGrowth: number(
    { from: 1, to: 10, unit: "times" },
    "The factor by which a regretted divert makes it longer.",
  ),
  divertEvidence: nats(100, "And of this weight: an unanswered probe weighs 1.2 nats on a good line."),
  divertSpacing: time("20ms", "10s", "Time between confirming probes until then."),
  failoverSpan: time("200ms", "10m", "Everything moves after a silence of this length; grows when regretted."),
  failoverSpanMax: time("200ms", "1h", "As long as it can grow."),
  failoverSpanGrowth: number(
    { from: 1, to: 10, unit: "times" },
    "The factor by which a regretted failover makes it longer.",
  ),
  failoverSpanHalfLife: time("1h", "365d", "Quiet days shorten it again: the excess halves in this time."),
  failoverEvidence: nats(100, "The weight that the silence must have besides."),
  confirmSpacing: time("20ms", "10s", "Time between confirming probes once new connections go elsewhere."),
  downInterval: time("100ms", "1h", "Time between probes while down, at first; grows by a fifth with each."),
  downIntervalMax: time("100ms", "1h", "As far as it grows."),
  holdDownInterval: time("100ms", "1h", "Time between probes during the hold-down."),
  holdDown: time("1s", "1d", "How long an uplink must answer before it is up again, after a first failure."),
  holdDownMax: time("1s", "7d", "The same after repeated failures, at the most."),
  pathDebounce: time("10ms", "1m", "A carrier, address or gateway that is back within this time was never lost."),
} satisfies OptionsOf<AdaptiveSettings>;

const CLASSIC = {
  interval: time("1s", "1h", "Time between tests."),
  failingInterval: time("100ms", "1h", "The same while the counter is on its way up or down."),
  maxLatency: time("10ms", "1m", "An answer later than this is none."),
  threshold: z
    .int()
    .min(1)
    .max(100)
    .meta({ description: "So many failed tests more than passed ones mean down." })
    .optional(),
} satisfies OptionsOf<ClassicSettings>;

const NAMES = ["fast", "balanced", "calm", "metered", "classic"] as const satisfies readonly PresetName[];

const START = "The preset whose numbers hold where nothing else is said.";

const adaptive = group(
  { preset: z.enum(["fast", "balanced", "calm", "metered"]).meta({ description: START }), ...ADAPTIVE },
  { description: "Some numbers of a preset changed." },
);

const classic = group(
  { preset: z.literal("classic").meta({ description: START }), ...CLASSIC },
  { description: "Some numbers of AstLinux's counters changed." },
);

/** A preset by its name, or with some of its numbers changed. */
export const detection = z
  .union([z.enum(NAMES).meta({ examples: ["balanced"] }), z.discriminatedUnion("preset", [adaptive, classic])])
  .meta({
    description:
      "How a failure is recognised. `fast`, `balanced`, `calm`, `metered`, `classic` (AstLinux's counters), or a group that names a `preset` and changes some of its numbers. Default: `balanced`, on metered uplinks `metered`.",
  });

/** A preset's numbers with the written ones in their place. Never throws. */
export const resolveDetection = (written: z.output<typeof detection>): DetectionSettings => {
  if (typeof written === "string") return PRESETS[written];
  const { preset, ...changes } = written;
  const base: DetectionSettings = PRESETS[preset];
  const fields = Object.entries(changes).map(([option, value]) => [fieldOf(option, base), value]);
  return { ...base, ...Object.fromEntries(fields) };
};

const fieldOf = (option: string, base: DetectionSettings): string =>
  [`${option}Ms`, `${option}Nats`].find((field) => field in base) ?? option;
