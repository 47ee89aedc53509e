import type { CheckWay, Command } from "./command.ts";
import type { HourStruck, WayChecked } from "./event.ts";
import { FAMILIES, type Family } from "./family.ts";
import { bestStandby } from "./orders.ts";
import { candidates, isUp, isWorking } from "./policy/candidate.ts";
import { sameNames } from "./policy/policy.ts";
import type { Report } from "./report.ts";
import type { RehearsalSettings } from "./settings.ts";
import type { State } from "./state.ts";

/** The rehearsals of a failover, by the calendar. */
export interface RehearsalState {
  /** One should begin as soon as nothing stands against it. */
  readonly due: boolean;
  /** The day (days since 1970, local) on which the last one began; null before. */
  readonly begunOn: number | null;
  readonly today: number;
  readonly running: Running | null;
  /** The last one; null before. */
  readonly last: Rehearsed | null;
}

interface Running {
  readonly uplink: string;
  readonly until: number;
  /** When the way is checked; Infinity once that was asked for. */
  readonly checkAt: number;
  /** What was wrong, a clause each; null as long as nobody knows. */
  readonly problems: readonly string[] | null;
}

/** One that is over. */
export interface Rehearsed {
  readonly uplink: string;
  readonly at: number;
  /** What was wrong, a clause each; empty: it has passed. */
  readonly problems: readonly string[];
}

/** The switch and the scripts behind it are over after so long (ms). */
const SETTLE_MS = 3000;

/** Rehearsals begin within these hours of the night, the last one included. */
const FIRST_HOUR = 1;
const LAST_HOUR = 4;

const DAYS: Readonly<Record<RehearsalSettings["when"], number>> = { never: 0, daily: 1, weekly: 7, monthly: 28 };

/** No hour has struck yet. `last`: of an earlier run. */
export const startRehearsal = (kept: Pick<RehearsalState, "begunOn" | "last">): RehearsalState => ({
  ...kept,
  due: false,
  today: 0,
  running: null,
});

/** An hour has struck. Routers have different nights and hours, by their `spread`. Pure; never throws. */
export const noteHour = (state: State, { day, hour, spread }: HourStruck): State => {
  const { rehearsal, failover } = state;
  const every = DAYS[failover.rehearse.when];
  const isNight = every > 0 && (day + spread) % every === 0 && rehearsal.begunOn !== day;
  const from = FIRST_HOUR + (spread % (LAST_HOUR - FIRST_HOUR + 1));
  return { ...state, rehearsal: { ...rehearsal, today: day, due: isNight && hour >= from && hour <= LAST_HOUR } };
};

/** The way was checked. Pure; never throws. */
export const noteChecked = (state: State, { uplink, problems }: WayChecked): State => {
  const { rehearsal } = state;
  if (rehearsal.running?.uplink !== uplink) return state;
  return { ...state, rehearsal: { ...rehearsal, running: { ...rehearsal.running, problems } } };
};

/** What a rehearsal leads to. */
export interface Rehearsing {
  readonly state: State;
  readonly commands: readonly Command[];
  readonly reports: readonly Report[];
  /** It waits for nothing but Asterisk's word that nobody calls. */
  readonly asksCalls: boolean;
  readonly reviewAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Begins a rehearsal that is due once all is well and nobody calls, has the way checked, and ends it: when its time is over, or
 * at once when its uplink fails. Whoever orders something else meanwhile has called it off. Pure; never throws.
 */
export const rehearse = (state: State, now: number): Rehearsing => {
  const { running } = state.rehearsal;
  if (running === null) return begin(state, now);
  if (state.test?.uplink === running.uplink && state.test.until === running.until) return goOn(state, running, now);
  return end(state, running, now);
};

const quiet = (state: State): Rehearsing => ({ state, commands: [], reports: [], asksCalls: false, reviewAt: NEVER });

const begin = (state: State, now: number): Rehearsing => {
  const { rehearsal, failover } = state;
  if (!rehearsal.due || !isCalm(state, now)) return quiet(state);
  const uplink = bestStandby(state);
  if (uplink === null) return quiet(state);
  if (!isSilent(state, now)) return { ...quiet(state), asksCalls: true };
  const until = now + failover.rehearse.forMs;
  const running = { uplink, until, checkAt: now + SETTLE_MS, problems: null };
  return {
    ...quiet(state),
    state: {
      ...state,
      test: { uplink, until },
      rehearsal: { ...rehearsal, due: false, begunOn: rehearsal.today, running },
    },
    reviewAt: now,
  };
};

/** Traffic is where it should be, and has been for a while: no outage, no hold, no order. */
const isCalm = (state: State, now: number): boolean =>
  state.test === null &&
  state.pin === null &&
  !state.offline &&
  FAMILIES.every((family) => isCalmIn(state, family, now));

const isCalmIn = (state: State, family: Family, now: number): boolean => {
  const { active, carrying, holdUntil, waiting } = state.families[family];
  const all = candidates(state.uplinks, family);
  const best = Math.min(...all.map(({ tier }) => tier));
  const isBest = active.every((name) => all.some((one) => one.name === name && one.tier === best && isUp(one)));
  return (
    all.length === 0 ||
    active.length === 0 ||
    (isBest && waiting === null && sameNames(active, carrying) && now >= holdUntil)
  );
};

const isSilent = ({ asterisk, calls }: State, now: number): boolean =>
  asterisk === null || asterisk.activeCalls === "ignore" || (calls.active === 0 && now < calls.allowedUntil);

const goOn = (state: State, running: Running, now: number): Rehearsing => {
  if (now < running.checkAt) return { ...quiet(state), reviewAt: running.checkAt };
  return {
    ...quiet(state),
    state: { ...state, rehearsal: { ...state.rehearsal, running: { ...running, checkAt: NEVER } } },
    commands: running.checkAt === NEVER ? [] : [checkOf(state, running.uplink)],
  };
};

const end = (state: State, running: Running, now: number): Rehearsing => {
  const over = { ...state, rehearsal: { ...state.rehearsal, running: null } };
  const works = FAMILIES.some((family) =>
    candidates(state.uplinks, family).some((one) => one.name === running.uplink && isWorking(one)),
  );
  if (works && now < running.until) return quiet(over);
  const problems = works ? (running.problems ?? ["the checks were not over in time"]) : ["it failed meanwhile"];
  const last = { uplink: running.uplink, at: now, problems };
  return {
    ...quiet(over),
    state: { ...over, rehearsal: { ...over.rehearsal, last } },
    reports: [{ kind: "rehearsed", uplink: running.uplink, problems }],
  };
};

const checkOf = (state: State, name: string): CheckWay => {
  const uplink = state.uplinks.find(({ settings }) => settings.name === name);
  return {
    kind: "check-way",
    uplink: name,
    page: state.failover.rehearse.page,
    resolvers: uplink?.settings.dns ?? [],
    families: FAMILIES.filter((family) =>
      candidates(state.uplinks, family).some((one) => one.name === name && isUp(one)),
    ).map((family) => ({ family, lan: lanAddress(state, family) })),
  };
};

/** An address of the router's on a LAN: what leaves from it is translated as a LAN client's packets are. */
const lanAddress = ({ kernel, uplinks }: State, family: Family): string | null => {
  const own = uplinks.map(({ device }) => device?.name);
  const isLan = (link: number): boolean =>
    kernel?.links.some(
      ({ index, name, carrier }) => index === link && carrier && name !== "lo" && !own.includes(name),
    ) ?? false;
  return kernel?.addresses.find((one) => one.family === family && one.global && isLan(one.link))?.address ?? null;
};
