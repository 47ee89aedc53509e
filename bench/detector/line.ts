import { chances } from "../../test/fake/line.ts";
import { type Chance, exponential, lognormal, uniform } from "./chance.ts";
import { DAY_MS, type Episode, episodes, type Lookup, lookup } from "./episode.ts";
import { type LinkModel, TARGETS } from "./link.ts";

/** What breaks on a line besides its usual troubles; see the scenarios. */
export interface Damage {
  /** Nothing passes. */
  readonly blackholes: readonly Span[];
  /** This share is lost besides. */
  readonly loss: (Span & { readonly ratio: number }) | null;
  /** Round trips take so many times as long. */
  readonly slow: (Span & { readonly factor: number }) | null;
  /** These targets are dead. */
  readonly dead: (Span & { readonly targets: readonly number[] }) | null;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export const NO_DAMAGE: Damage = { blackholes: [], loss: null, slow: null, dead: null };

export interface LineOptions {
  readonly model: LinkModel;
  /** How often its usual troubles come, as a multiple of the model's rates. 0: not even single losses. */
  readonly density: number;
  /** Whether blackouts and stalls are among them: without, nothing but the damage may move traffic. */
  readonly interruptions: boolean;
  readonly seed: number;
  readonly untilMs: number;
  readonly damage: Damage;
}

/** A virtual line. Moments must not go back. */
export interface Line {
  /** A probe that leaves now: its round trip in milliseconds, or null if it is lost. */
  readonly probe: (target: number, at: number) => number | null;
  /** The share of the users' packets that come through now; 0 while the line is dead or stalls. */
  readonly passing: (at: number) => number;
  /** The users send something: a sleeping radio wakes. */
  readonly use: (at: number) => void;
}

/** A queue fills in this share of the time that it is there, and drains in as much. */
const RAMP_SHARE = 0.3;

/** Draws all that will happen to the line beforehand, so that what is asked of it doesn't change it. */
export const openLine = (options: LineOptions): Line => {
  const chance = chances(options.seed);
  const troubles = drawTroubles(chance, options);
  const { model, damage } = options;
  const noisy = options.density > 0;
  const wake = wakening(chance, model);
  const slot = slotOf(chance, noisy ? model.slots : null);
  const isDead = (at: number): boolean => troubles.blackout(at) !== null || damage.blackholes.some(isIn(at));
  const lossAt = (at: number): number => {
    const burst = troubles.burst(at)?.depth ?? 0;
    const extra = damage.loss !== null && isIn(at)(damage.loss) ? damage.loss.ratio : 0;
    return 1 - (1 - burst) * (1 - extra);
  };
  const isTargetDead = (target: number, at: number): boolean =>
    troubles.outages[target]?.(at) != null ||
    (damage.dead !== null && isIn(at)(damage.dead) && damage.dead.targets.includes(target));
  const roundTrip = (target: number, at: number): number => {
    const base = (model.floorsMs[target] ?? 0) + slot(at).offsetMs + lognormal(chance, model.jitter);
    const spike = noisy && chance() < model.spike.ratio ? exponential(chance, model.spike.meanMs) : 0;
    const slow = damage.slow !== null && isIn(at)(damage.slow) ? damage.slow.factor : 1;
    return slow * (base + spike + queueing(troubles.bloat(at), at) + wake(at));
  };
  const probe = (target: number, at: number): number | null => {
    const rttMs = roundTrip(target, at);
    const single = noisy ? 1 - (1 - model.loss) * (1 - TARGETS.loss) : 0;
    if (isDead(at) || slot(at).inGap || isTargetDead(target, at) || chance() < single || chance() < lossAt(at))
      return null;
    const stall = troubles.stall(at);
    if (stall === null) return rttMs;
    return chance() < (model.stalls?.late ?? 0) ? stall.to - at + rttMs : null;
  };
  const passing = (at: number): number =>
    isDead(at) || slot(at).inGap || troubles.stall(at) !== null ? 0 : 1 - lossAt(at);
  return { probe, passing, use: (at) => void wake(at) };
};

const isIn =
  (at: number) =>
  ({ from, to }: Span): boolean =>
    at >= from && at < to;

interface Troubles {
  readonly burst: Lookup;
  readonly blackout: Lookup;
  readonly stall: Lookup;
  readonly bloat: Lookup;
  readonly outages: readonly Lookup[];
}

const drawTroubles = (chance: Chance, { model, density, interruptions, untilMs }: LineOptions): Troubles => {
  const { bursts, blackouts, stalls, bloat } = model;
  const often = (perDay: number) => ({ perDay: perDay * density, untilMs });
  const draw = (perDay: number, lastsMs: () => number, depth: () => number = () => 1): Lookup =>
    lookup(episodes(chance, often(perDay), () => ({ lastsMs: lastsMs(), depth: depth() })));
  return {
    burst: draw(
      bursts.perDay,
      () => exponential(chance, bursts.meanMs),
      () => bursts.loss,
    ),
    blackout: draw(interruptions ? blackouts.perDay : 0, () => lognormal(chance, blackouts.length)),
    stall: stalls === null || !interruptions ? () => null : draw(stalls.perDay, () => lognormal(chance, stalls.length)),
    bloat: draw(
      bloat.perDay,
      () => exponential(chance, bloat.meanMs),
      () => lognormal(chance, bloat.depth),
    ),
    outages: model.floorsMs.map(() => (density > 0 ? targetOutages(chance, untilMs) : () => null)),
  };
};

/** Targets fail by themselves, however bad the line is. */
const targetOutages = (chance: Chance, untilMs: number): Lookup =>
  lookup(
    TARGETS.outages.flatMap(({ perDay, length }) =>
      episodes(chance, { perDay, untilMs }, () => ({ lastsMs: lognormal(chance, length), depth: 1 })),
    ),
  );

const queueing = (bloat: Episode | null, at: number): number => {
  if (bloat === null) return 0;
  const rampMs = RAMP_SHARE * (bloat.to - bloat.from);
  return bloat.depth * Math.min(1, (at - bloat.from) / rampMs, (bloat.to - at) / rampMs);
};

/** What a packet that leaves now waits for the radio. */
const wakening = (chance: Chance, { sleep }: LinkModel): ((at: number) => number) => {
  if (sleep === null) return () => 0;
  let usedAt = Number.NEGATIVE_INFINITY;
  return (at) => {
    const asleep = at - usedAt >= sleep.idleMs;
    usedAt = at;
    return asleep ? uniform(chance, sleep.wakeMsMin, sleep.wakeMsMax) : 0;
  };
};

interface Slot {
  readonly offsetMs: number;
  readonly inGap: boolean;
}

const NO_SLOT: Slot = { offsetMs: 0, inGap: false };

const slotOf = (chance: Chance, slots: LinkModel["slots"]): ((at: number) => Slot) => {
  if (slots === null) return () => NO_SLOT;
  let number = -1;
  let offsetMs = 0;
  let gapEnd = 0;
  return (at) => {
    const current = Math.floor(at / slots.lengthMs);
    if (current !== number) {
      number = current;
      offsetMs = uniform(chance, slots.offsetMsMin, slots.offsetMsMax);
      const gapMs = chance() < slots.gapRatio ? uniform(chance, slots.gapMsMin, slots.gapMsMax) : 0;
      gapEnd = current * slots.lengthMs + gapMs;
    }
    return { offsetMs, inGap: at < gapEnd };
  };
};

/** A line that is dead from `from` on. */
export const blackholeFrom = (from: number): Damage => ({
  ...NO_DAMAGE,
  blackholes: [{ from, to: from + 365 * DAY_MS }],
});
