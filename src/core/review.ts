import { askAsterisk } from "./calls.ts";
import { tendClients } from "./client/client.ts";
import type { Command } from "./command.ts";
import type { DetectorEvent } from "./detector/detector.ts";
import { FAMILIES, type Family } from "./family.ts";
import { moveFlows } from "./kernel/flows.ts";
import { askKernel, readingAt } from "./kernel/reading.ts";
import { tellShapers } from "./kernel/shaping.ts";
import { keepUp } from "./kernel/upkeep.ts";
import { remember } from "./memory.ts";
import { andThen, nothing, type Observation, type Place, tell, withMonitor } from "./observe.ts";
import { candidates, isWorking } from "./policy/candidate.ts";
import { type Decision, decide } from "./policy/decide.ts";
import { noteOnline } from "./policy/online.ts";
import { steeredTo } from "./policy/steer.ts";
import { type Rehearsing, rehearse } from "./rehearsal.ts";
import type { Report } from "./report.ts";
import { tellResolvers } from "./resolvers.ts";
import type { ReviewPart } from "./review-part.ts";
import { runScripts } from "./scripts.ts";
import type { State } from "./state.ts";
import { tellCaps } from "./usage.ts";

/** What a review led to. */
export interface Reviewed {
  readonly state: State;
  readonly commands: readonly Command[];
}

/** While no uplink of a family works, each is probed this often (ms): the first to return takes the traffic. */
const FORSAKEN_PROBE_MS = 1000;

/** Why there is a review. */
export interface Occasion {
  readonly now: number;
  /** What the detectors said just now. */
  readonly news: readonly Report[];
  /** Nothing about the uplinks has changed: what differs in the kernel, somebody else did. */
  readonly mending: boolean;
}

/**
 * Decides anew, makes the kernel follow, and says when to look again. The kernel comes first among the commands.
 * Pure; never throws.
 */
export const review = (before: State, { now, news, mending }: Occasion): Reviewed => {
  const decided = decideAnew(before, now);
  const roles = tellRoles(decided.state, now);
  const switched = FAMILIES.filter(
    (family) => before.families[family].carrying !== roles.state.families[family].carrying,
  );
  const kept = keepUp(roles.state, { now, mending: mending && decided.commands.length === 0, switched });
  const moved = moveFlows(kept.state, now);
  const forsaken = FAMILIES.filter((family) => isForsaken(moved.state, family));
  const roused = rouse(moved.state, forsaken, now);
  const noted = noteAll(roused.state, now);
  const asked = now >= readingAt(noted.state) ? askKernel(noted.state, now) : null;
  const told = tellPrograms(asked?.state ?? noted.state, { decided, noted, now });
  // Before the first reading time alone decides nothing.
  const times = told.state.kernel === null ? [] : [decided, kept, noted, told].map(({ reviewAt }) => reviewAt);
  const state: State = {
    ...told.state,
    reviewAt: Math.min(...times, rouseAt(forsaken, now), readingAt(told.state)),
  };
  return {
    state,
    commands: [
      ...kept.commands,
      ...decided.clients,
      ...moved.commands,
      ...[...news, ...roles.reports, ...roused.reports, ...noted.reports].map(
        (report): Command => ({ kind: "report", report }),
      ),
      ...decided.commands,
      ...told.commands,
      ...noted.commands,
      ...roles.probes,
      ...roused.probes,
      ...(asked === null ? [] : [asked.command]),
      ...(isWorthKeeping(before, state, news.length + decided.commands.length)
        ? [{ kind: "save-memory", memory: remember(state, now) } as const]
        : []),
    ],
  };
};

/** A lease whose time is over is none to decide upon. */
const decideAnew = (before: State, now: number): Decision & { readonly clients: readonly Command[] } => {
  const tended = tendClients(before, now);
  const decided = decide(tended.state, now);
  return { ...decided, clients: tended.commands, reviewAt: Math.min(decided.reviewAt, tended.reviewAt) };
};

/** What is noted besides: that all uplinks are down, a cap that is used up, a rehearsal. */
const noteAll = (state: State, now: number): Rehearsing => {
  const online = noteOnline(state);
  const capped = tellCaps(online.state);
  const rehearsed = rehearse(capped.state, now);
  return { ...rehearsed, reports: [...online.reports, ...capped.reports, ...rehearsed.reports] };
};

interface Asking {
  readonly decided: Pick<Decision, "asksGate">;
  readonly noted: Pick<Rehearsing, "asksCalls">;
  readonly now: number;
}

/** What other programs have to do with it: the admin's scripts, Asterisk, the machine's resolver, tc. */
const tellPrograms = (state: State, { decided: { asksGate }, noted: { asksCalls }, now }: Asking): ReviewPart => {
  const scripted = runScripts(state, { asksGate, now });
  const called = askAsterisk(scripted.state, { asksGate: asksGate || asksCalls, now });
  const resolving = tellResolvers(called.state, now);
  const shaping = tellShapers(resolving.state, now);
  return {
    state: shaping.state,
    commands: [...scripted.commands, ...called.commands, ...resolving.commands, ...shaping.commands],
    reviewAt: Math.min(scripted.reviewAt, called.reviewAt, resolving.reviewAt, shaping.reviewAt),
  };
};

/**
 * Tells the detectors whose uplink took up or laid down new flows: it decides how often they probe. Whoever takes
 * them up is asked at once whether it still lives.
 */
const tellRoles = (before: State, now: number): Observation => {
  const busy = { ipv4: inUse(before, "ipv4"), ipv6: inUse(before, "ipv6") };
  const carries = (name: string, family: Family): boolean => busy[family].includes(name);
  const isNew = ({ uplink, family, monitor }: Place): boolean =>
    carries(uplink.settings.name, family) !== monitor.carrying;
  const role = (place: Place): DetectorEvent | null =>
    isNew(place) ? { kind: "role", carrying: !place.monitor.carrying } : null;
  const nudge = (place: Place): DetectorEvent | null =>
    isNew(place) && !place.monitor.carrying ? { kind: "nudge" } : null;
  const told = andThen(tell(before, role, now), (state) => tell(state, nudge, now));
  return { ...told, state: withRoles(told.state, carries) };
};

/** Whoever takes new flows, be it but those that are steered to it. */
const inUse = (state: State, family: Family): readonly string[] => [
  ...state.families[family].carrying,
  ...steeredTo(state.families[family]),
];

const withRoles = (state: State, carries: (name: string, family: Family) => boolean): State => ({
  ...state,
  uplinks: state.uplinks.map((uplink) =>
    FAMILIES.reduce((current, family) => {
      const monitor = current.families[family];
      const carrying = carries(uplink.settings.name, family);
      return monitor === null || monitor.carrying === carrying
        ? current
        : withMonitor(current, family, { ...monitor, carrying });
    }, uplink),
  ),
});

const isForsaken = (state: State, family: Family): boolean => {
  const able = candidates(state.uplinks, family).filter((candidate) => candidate.usable);
  return able.length > 0 && !able.some(isWorking);
};

/** Probes every uplink of a family in which none works. */
const rouse = (state: State, forsaken: readonly Family[], now: number): Observation =>
  forsaken.length === 0
    ? nothing(state)
    : tell(
        state,
        ({ family, monitor }) => (monitor.path.usable && forsaken.includes(family) ? { kind: "nudge" } : null),
        now,
      );

const rouseAt = (forsaken: readonly Family[], now: number): number =>
  forsaken.length > 0 ? now + FORSAKEN_PROBE_MS : Number.POSITIVE_INFINITY;

const isWorthKeeping = (before: State, after: State, news: number): boolean =>
  news > 0 ||
  before.pin !== after.pin ||
  before.test !== after.test ||
  before.scripts.told !== after.scripts.told ||
  before.usage.told !== after.usage.told ||
  before.rehearsal.last !== after.rehearsal.last ||
  before.originalSysctls !== after.originalSysctls;
