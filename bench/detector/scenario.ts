import { type Chance, uniform } from "./chance.ts";
import { DAY_MS } from "./episode.ts";
import { blackholeFrom, type Damage, NO_DAMAGE, type Span } from "./line.ts";
import type { LINKS, LinkName } from "./link.ts";

/** What is looked at. */
export type Question =
  /** From `damagedAt` to DOWN, or to new flows being diverted. */
  | "failover"
  /** Share of the runs with a DOWN. */
  | "switch"
  /** From `damagedAt` to degraded or DOWN. */
  | "degraded"
  /** DOWNs and UPs an hour from `damagedAt` on. */
  | "switches per hour"
  /** From the end of the outage to UP. */
  | "recovery"
  /** DOWNs a year, diverts a day, octets a month. */
  | "noise";

export interface Scenario {
  readonly id: string;
  readonly link: LinkName;
  readonly stimulus: string;
  readonly question: Question;
  readonly reps: number;
  readonly draw: (chance: Chance, options: { readonly warmUpMs: number }) => Draft;
}

/** A scenario with its random moments drawn. */
export interface Draft {
  readonly density: number;
  readonly interruptions: boolean;
  readonly untilMs: number;
  readonly damage: Damage;
  readonly damagedAt: number;
  /** When the damage is over, Infinity for never. */
  readonly mendedAt: number;
  readonly frozen: Span | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Long enough for the slowest: mwan3 takes 130 s. */
const BLACKHOLE_MS = 200_000;

const QUIET: Omit<Draft, "damage" | "damagedAt" | "untilMs"> = {
  density: 1,
  interruptions: true,
  mendedAt: Number.POSITIVE_INFINITY,
  frozen: null,
};

const noise = (id: string, link: LinkName, { days, density }: { days: number; density: number }): Scenario => ({
  id,
  link,
  stimulus: `${days === 1 ? "1 healthy day" : `${days} days`}${density === 1 ? "" : `, troubles ×${density}`}`,
  question: "noise",
  reps: 1,
  draw: () => ({ ...QUIET, density, untilMs: days * DAY_MS, damage: NO_DAMAGE, damagedAt: 0 }),
});

const blackhole = (id: string, link: LinkName): Scenario => ({
  id,
  link,
  stimulus: "permanent blackhole",
  question: "failover",
  reps: 40,
  draw: (chance, { warmUpMs }) => {
    const damagedAt = warmUpMs + uniform(chance, 0, MINUTE_MS);
    return { ...QUIET, untilMs: damagedAt + BLACKHOLE_MS, damage: blackholeFrom(damagedAt), damagedAt };
  },
});

interface Spell {
  readonly id: string;
  readonly link: LinkName;
  readonly stimulus: string;
  readonly question: Question;
  readonly reps: number;
  readonly lastsMs: number;
  readonly density?: number;
  readonly interruptions?: boolean;
  readonly damage: (span: Span) => Partial<Damage>;
}

/** Something that lasts for a while and ends. */
const spell = ({ lastsMs, density = 1, interruptions = true, damage, ...scenario }: Spell): Scenario => ({
  ...scenario,
  draw: (chance, { warmUpMs }) => {
    const from = warmUpMs + uniform(chance, 0, MINUTE_MS);
    const to = from + lastsMs;
    const untilMs = to + 10 * MINUTE_MS;
    return {
      ...QUIET,
      density,
      interruptions,
      untilMs,
      damage: { ...NO_DAMAGE, ...damage({ from, to }) },
      damagedAt: from,
      mendedAt: to,
    };
  },
});

/** One total outage and no other noise: not even single losses. */
const blink = (id: string, link: LinkName, lastsMs: number): Scenario =>
  spell({
    id,
    link,
    stimulus: `one outage of ${lastsMs / 1_000} s`,
    question: "switch",
    reps: 40,
    lastsMs,
    density: 0,
    damage: (span) => ({ blackholes: [span] }),
  });

const lossy = (id: string, link: LinkName, ratio: number): Scenario =>
  spell({
    id,
    link,
    stimulus: `${100 * ratio} % loss for 300 s`,
    question: "degraded",
    reps: 20,
    lastsMs: 300_000,
    damage: (span) => ({ loss: { ...span, ratio } }),
  });

const deadTargets = (id: string, targets: readonly number[]): Scenario =>
  spell({
    id,
    link: "cable",
    stimulus: `targets ${targets.join(", ")} dead for 30 min`,
    question: "switch",
    reps: 10,
    lastsMs: 30 * MINUTE_MS,
    interruptions: false,
    damage: (span) => ({ dead: { ...span, targets } }),
  });

const slow: Scenario = spell({
  id: "S14",
  link: "cable",
  stimulus: "round trips ×10 for 300 s",
  question: "degraded",
  reps: 20,
  lastsMs: 300_000,
  damage: (span) => ({ slow: { ...span, factor: 10 } }),
});

/** 20 s up, 10 s down, for an hour. */
const flapping: Scenario = spell({
  id: "S25",
  link: "cable",
  stimulus: "20 s up, 10 s down for 1 h",
  question: "switches per hour",
  reps: 1,
  lastsMs: HOUR_MS,
  damage: ({ from }) => ({
    blackholes: Array.from({ length: 120 }, (_, index) => ({
      from: from + index * 30_000,
      to: from + index * 30_000 + 10_000,
    })),
  }),
});

const outage: Scenario = spell({
  id: "S26",
  link: "cable",
  stimulus: "outage of 60 s",
  question: "recovery",
  reps: 10,
  lastsMs: MINUTE_MS,
  damage: (span) => ({ blackholes: [span] }),
});

const frozen: Scenario = {
  id: "S30",
  link: "cable",
  stimulus: "detector frozen for 8 s",
  question: "switch",
  reps: 10,
  draw: (chance, { warmUpMs }) => {
    const from = warmUpMs + uniform(chance, 0, MINUTE_MS);
    const span = { from, to: from + 8_000 };
    return {
      ...QUIET,
      interruptions: false,
      untilMs: from + 10 * MINUTE_MS,
      damage: NO_DAMAGE,
      damagedAt: from,
      frozen: span,
    };
  },
};

/** All of them, by id. */
export const SCENARIOS: readonly Scenario[] = [
  blackhole("S01", "fiber"),
  blackhole("S02", "cable"),
  blackhole("S03", "dsl"),
  blackhole("S04", "lte"),
  blackhole("S05", "starlink"),
  blackhole("S06", "congested"),
  blink("S07", "cable", 1_000),
  blink("S08", "cable", 2_000),
  blink("S09", "cable", 2_900),
  blink("S10", "lte", 2_000),
  lossy("S11", "cable", 0.2),
  lossy("S12", "cable", 0.4),
  lossy("S13", "cable", 0.6),
  slow,
  lossy("S15", "lte", 0.4),
  deadTargets("S16", [0]),
  deadTargets("S17", [0, 1]),
  deadTargets("S18", [0, 1, 2]),
  noise("S19", "fiber", { days: 2, density: 1 }),
  noise("S20", "cable", { days: 2, density: 1 }),
  noise("S21", "dsl", { days: 2, density: 50 }),
  noise("S22", "lte", { days: 2, density: 1 }),
  noise("S23", "starlink", { days: 2, density: 20 }),
  noise("S24", "congested", { days: 2, density: 5 }),
  flapping,
  outage,
  noise("S27", "lte-mobile", { days: 2, density: 1 }),
  noise("S28", "lte", { days: 1, density: 1 }),
  noise("S29", "cable", { days: 1, density: 1 }),
  frozen,
];

/** The blackholes, by their link. */
export const blackholeOn = (link: LinkName): Scenario => blackhole(`blackhole ${link}`, link);

/** A long, healthy time on a link. */
export const healthy = (link: LinkName, days: number): Scenario => noise(`healthy ${link}`, link, { days, density: 1 });

/** The lines of the table. */
export const RANKED_LINKS = [
  "fiber",
  "cable",
  "dsl",
  "starlink",
  "lte",
  "congested",
] as const satisfies (keyof typeof LINKS)[];
