import type { Contender } from "./contender.ts";
import { INCUMBENTS, OURS } from "./contenders.ts";
import type { LinkName } from "./link.ts";
import { blackholeOn, healthy, RANKED_LINKS, SCENARIOS, type Scenario } from "./scenario.ts";
import { type Figures, score } from "./score.ts";

/** How much is simulated. */
export interface Size {
  readonly links: readonly LinkName[];
  /** Healthy days of each line: without users (for the rarest events), and with them (dear: the counters are read at 20 Hz). */
  readonly idleDays: number;
  readonly usedDays: number;
  readonly blackholes: number;
  /** The scenarios' own number of runs is divided by this. */
  readonly repsDivisor: number;
  /** Whether those are played that only look at days of noise: most of the time goes into them. */
  readonly noise: boolean;
  readonly seed: number;
}

export const QUICK: Size = {
  links: ["cable", "lte"],
  idleDays: 1,
  usedDays: 0.15,
  blackholes: 12,
  repsDivisor: 4,
  noise: false,
  seed: 0,
};

export const FULL: Size = {
  links: RANKED_LINKS,
  idleDays: 10,
  usedDays: 2,
  blackholes: 30,
  repsDivisor: 1,
  noise: true,
  seed: 0,
};

/** What is measured, each for a contender. */
export type Part = "idle" | "used" | "scenarios";

/** One line of results. */
export interface Result {
  readonly contender: string;
  readonly part: Part;
  /** A link, or a scenario's id. */
  readonly where: string;
  readonly figures: Figures;
}

/** A piece of work that takes seconds to minutes. */
export interface Job {
  readonly contender: Contender;
  readonly part: Part;
  readonly where: string;
  readonly run: () => Figures;
}

/** All that is to be done, in order. */
export const jobs = (size: Size): Job[] =>
  [...OURS, ...INCUMBENTS].flatMap((contender) => [
    ...size.links.map((link) => idle(contender, link, size)),
    ...(contender.hearsTraffic ? size.links.map((link) => used(contender, link, size)) : []),
    ...(contender.hearsTraffic ? scenariosOf(size).map((scenario) => single(contender, scenario, size)) : []),
  ]);

const scenariosOf = ({ noise }: Size): readonly Scenario[] =>
  SCENARIOS.filter(({ question }) => noise || question !== "noise");

/** A healthy time, and then blackholes, with what was learned in it. */
const idle = (contender: Contender, link: LinkName, { seed, idleDays, blackholes }: Size): Job => ({
  contender,
  part: "idle",
  where: link,
  run: () => {
    const play = { contender, seed, traffic: false };
    const long = score({ ...play, scenario: healthy(link, idleDays) });
    const dead = score({ ...play, scenario: blackholeOn(link), reps: blackholes, memories: long.memories });
    return { ...long.figures, ...dead.figures };
  },
});

/** The same with users on the line; the blackholes also for a detector that has learned nothing yet. */
const used = (contender: Contender, link: LinkName, { seed, usedDays, blackholes }: Size): Job => ({
  contender,
  part: "used",
  where: link,
  run: () => {
    const play = { contender, seed, traffic: true };
    const long = score({ ...play, scenario: healthy(link, usedDays) });
    const dead = { ...play, scenario: blackholeOn(link), reps: blackholes };
    const fresh = score(dead).figures;
    return {
      ...long.figures,
      ...score({ ...dead, memories: long.memories }).figures,
      freshDivertP50: fresh.divertP50 ?? Number.NaN,
      freshDivertP99: fresh.divertP99 ?? Number.NaN,
      freshFailoverP50: fresh.failoverP50 ?? Number.NaN,
    };
  },
});

const single = (contender: Contender, scenario: Scenario, { seed, repsDivisor }: Size): Job => ({
  contender,
  part: "scenarios",
  where: scenario.id,
  run: () => {
    const reps = Math.max(1, Math.round(scenario.reps / repsDivisor));
    return score({ contender, scenario, reps, seed, traffic: false }).figures;
  },
});
