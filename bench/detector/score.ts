import type { Learned } from "../../src/core/detector/detector.ts";
import { chances } from "../../test/fake/line.ts";
import type { Contender, Opinion } from "./contender.ts";
import { DAY_MS } from "./episode.ts";
import { LINKS } from "./link.ts";
import { type Run, runLine } from "./run.ts";
import type { Draft, Scenario } from "./scenario.ts";

/** How a scenario is played. */
export interface Play {
  readonly contender: Contender;
  readonly scenario: Scenario;
  /** Runs with other seeds; the scenario's own number where this is left out. */
  readonly reps?: number;
  /** Added to every seed. */
  readonly seed: number;
  /** Whether the line's users are at work. */
  readonly traffic: boolean;
  /** What the detectors begin with: each run with another of these, from the first to the last; none know anything. */
  readonly memories?: readonly Learned[];
}

/** What came of it; seconds. NaN where it never happened. */
export type Figures = Readonly<Record<string, number>>;

/** A run with the moments that matter. */
interface Played {
  readonly draft: Draft;
  readonly run: Run;
}

const YEAR_DAYS = 365;
const MONTH_DAYS = 30;
const HOUR_MS = 3_600_000;

/** A metered line is asked so seldom that its detector needs longer to know it. */
const warmUpOf = ({ name }: Contender): number => (name === "metered" ? 1_800_000 : 400_000);

/** What came of a scenario. */
export interface Scored {
  readonly figures: Figures;
  /** What the detectors knew at times, to begin other runs with. */
  readonly memories: readonly Learned[];
}

/** Plays a scenario and answers its question. */
export const score = (play: Play): Scored => {
  const { contender, scenario, seed } = play;
  const { memories = [], reps = scenario.reps } = play;
  const memoryOf = (index: number): Learned | null => memories[Math.floor((index * memories.length) / reps)] ?? null;
  const runs = Array.from({ length: reps }, (_, index) => playOnce(play, seed + index + 1, memoryOf(index)));
  return {
    figures: figuresOf(runs, scenario, contender),
    memories: runs.flatMap(({ run }) => run.memories.map((memory) => ({ ...memory, at: 0, down: false }))),
  };
};

const figuresOf = (runs: readonly Played[], { question }: Scenario, contender: Contender): Figures => {
  switch (question) {
    case "failover":
      return { ...delays(runs, "failover", isDown), ...delays(runs, "divert", isDiverted), early: early(runs) };
    case "degraded":
      return { ...delays(runs, "degraded", (opinion) => opinion.degraded || opinion.down), early: early(runs) };
    case "switch":
      return { switched: share(runs, ({ run }) => run.changes.some(({ opinion }) => opinion.down)) };
    case "switches per hour":
      return { switchesPerHour: mean(runs.map(switchesPerHour)) };
    case "recovery":
      return recovery(runs);
    case "noise":
      return noise(runs, contender);
  }
};

const share = (runs: readonly Played[], is: (played: Played) => boolean): number =>
  runs.filter(is).length / runs.length;

const playOnce = ({ contender, scenario, traffic }: Play, seed: number, learned: Learned | null): Played => {
  const draft = scenario.draw(chances(seed * 7_919), { warmUpMs: warmUpOf(contender) });
  const { density, interruptions, untilMs, damage, frozen } = draft;
  const line = { model: LINKS[scenario.link], density, interruptions, seed, untilMs, damage };
  return { draft, run: runLine({ contender, line, traffic, learned, frozen }) };
};

const isDown = ({ down }: Opinion): boolean => down;
const isDiverted = ({ diverted }: Opinion): boolean => diverted;

const SOUND: Opinion = { down: false, diverted: false, degraded: false };

const opinionAt = ({ changes }: Run, at: number): Opinion =>
  changes.findLast((change) => change.at < at)?.opinion ?? SOUND;

const early = (runs: readonly Played[]): number =>
  runs.filter(({ run, draft }) => opinionAt(run, draft.damagedAt).down).length;

/** Runs that were in that state already don't count. */
const delays = (runs: readonly Played[], name: string, is: (opinion: Opinion) => boolean): Figures => {
  const seconds = runs
    .filter(({ run, draft }) => !is(opinionAt(run, draft.damagedAt)))
    .map(({ run, draft }) => {
      const found = run.changes.find(({ at, opinion }) => at >= draft.damagedAt && is(opinion))?.at;
      return ((found ?? Number.POSITIVE_INFINITY) - draft.damagedAt) / 1_000;
    });
  const at = (share: number): number => percentile(seconds, share);
  return { [`${name}P50`]: at(0.5), [`${name}P90`]: at(0.9), [`${name}P99`]: at(0.99), [`${name}Max`]: at(1) };
};

/** Of so many values, the one that the share lies at or below. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Away and back count as two. */
const switchesPerHour = ({ run, draft }: Played): number => {
  const flips = run.changes.filter(
    ({ opinion }, index) => opinion.down !== (run.changes[index - 1]?.opinion ?? SOUND).down,
  );
  const during = flips.filter(({ at }) => at >= draft.damagedAt && at < draft.mendedAt);
  return (during.length * HOUR_MS) / (draft.mendedAt - draft.damagedAt);
};

const recovery = (runs: readonly Played[]): Figures => {
  const seconds = runs.map(({ run, draft }) => {
    const found = run.changes.find(({ at, opinion }) => at >= draft.mendedAt && !opinion.down)?.at;
    return ((found ?? Number.POSITIVE_INFINITY) - draft.mendedAt) / 1_000;
  });
  return { recoveryMin: percentile(seconds, 0), recoveryMax: percentile(seconds, 1) };
};

/** When it began to be so. */
const risings = ({ changes }: Run, is: (opinion: Opinion) => boolean): number[] =>
  changes.filter(({ opinion }, index) => is(opinion) && !is(changes[index - 1]?.opinion ?? SOUND)).map(({ at }) => at);

const noise = (runs: readonly Played[], { octetsPerProbe }: Contender): Figures => {
  const days = runs.reduce((sum, { draft }) => sum + draft.untilMs, 0) / DAY_MS;
  const count = (is: (opinion: Opinion) => boolean): number =>
    runs.reduce((sum, { run }) => sum + risings(run, is).length, 0);
  const probes = runs.reduce((sum, { run }) => sum + run.probes, 0);
  return {
    days,
    downs: count(isDown),
    downsPerYear: (count(isDown) * YEAR_DAYS) / days,
    divertsPerDay: count(isDiverted) / days,
    megabytesPerMonth: (probes * octetsPerProbe * MONTH_DAYS) / days / 1e6,
  };
};
