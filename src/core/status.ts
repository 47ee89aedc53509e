import { clientProblems, type DhcpStatus, dhcpStatus } from "./client/status.ts";
import { assess } from "./detector/detect.ts";
import type { Verdict } from "./detector/detector.ts";
import { FAMILIES, type Family, familyName } from "./family.ts";
import { obstacles, obstacleText } from "./kernel/destination.ts";
import { refusals, refusalText } from "./kernel/refusal.ts";
import { shaperProblems } from "./kernel/shaping.ts";
import { translate } from "./kernel/translation.ts";
import { isFighting, isRefused } from "./kernel/upkeep.ts";
import { ownNames } from "./path/device.ts";
import { reasonOf } from "./path/gateway.ts";
import { candidates, isAnswering, isWorking } from "./policy/candidate.ts";
import { isStandby, mainFamily } from "./policy/lead.ts";
import { sameNames } from "./policy/policy.ts";
import { type SteeringStatus, steeringStatus } from "./policy/steer.ts";
import type { UplinkFamilySettings } from "./settings.ts";
import type { Monitor, Sample, State, UplinkState } from "./state.ts";
import { type Target, targetText } from "./target/target.ts";
import { portalIn, reasonWith, type TargetNote } from "./target/target-note.ts";
import { capProblems, type Usage, usageOf } from "./usage.ts";
import { list } from "./words.ts";

/** What is, and why: what `status`, the API and the page show. Times are ages and remainders in ms, since the core knows no wall clock. */
export interface Status {
  /** Some family has a working uplink, or is carried by one that answers again since no other works. */
  readonly online: boolean;
  /** "The" active uplinks, for scripts: IPv4's, or IPv6's where no uplink has IPv4. */
  readonly active: readonly string[];
  /** The whole in one sentence. */
  readonly summary: string;
  readonly families: Readonly<Record<Family, FamilyStatus>>;
  readonly uplinks: readonly UplinkStatus[];
  readonly pin: string | null;
  readonly test: { readonly uplink: string; readonly leftMs: number } | null;
  /** The last rehearsal of a failover; left out where there was none. */
  readonly rehearsal?: RehearsalStatus | undefined;
  /** Traffic with uplinks of its own; left out where the config steers none. */
  readonly steering?: readonly SteeringStatus[] | undefined;
  /** What is wrong at the moment, a sentence each. */
  readonly problems: readonly string[];
}

/** A rehearsal that is over. */
export interface RehearsalStatus {
  readonly uplink: string;
  readonly ageMs: number;
  /** What was wrong, a clause each; empty: it has passed. */
  readonly problems: readonly string[];
}

/** One family: who is active and why. */
export interface FamilyStatus {
  readonly active: readonly string[];
  /** Who takes new flows; other than `active` during a divert. */
  readonly carrying: readonly string[];
  readonly diverted: boolean;
  /** How long `active` has been so, and why it is. */
  readonly sinceMs: number;
  readonly reason: string;
  /** How long no voluntary switch happens yet; 0 if none is held back. */
  readonly holdLeftMs: number;
  /** Why a better uplink is not used yet. */
  readonly waiting: string | null;
  /** Nothing works in this family while the other works: it is refused at once, so that clients take the other. */
  readonly refused?: true | undefined;
  /** Uplinks whose flows may stay for the given time. */
  readonly drains: readonly { readonly uplink: string; readonly leftMs: number }[];
}

/** One uplink. */
export interface UplinkStatus {
  readonly name: string;
  /** null: none is in the network of its gateway. */
  readonly interface: string | null;
  readonly number: number;
  readonly tier: number;
  readonly weight: number;
  readonly metered: boolean;
  /** Whether only what is essential may use it, since it stands in for a better one. */
  readonly essentialOnly: boolean;
  /** What it has used of its cap; null where it has none, or nothing was counted. */
  readonly usage: Usage | null;
  /** Added by the daemon, which counts it; nothing is decided upon it. */
  readonly traffic?: TrafficStatus | undefined;
  /** null: this family is disabled on this uplink. */
  readonly families: Readonly<Record<Family, UplinkFamilyStatus | null>>;
}

/** What an uplink's interface carries, as the interface counts it. */
export interface TrafficStatus {
  /** Bits a second at this moment; null until it has been looked at twice. */
  readonly rate: Carried | null;
  /** Octets since the first of the month; null where nothing was counted. */
  readonly month: Carried | null;
}

/** From the internet, and to it. */
export interface Carried {
  readonly received: number;
  readonly sent: number;
}

/** One uplink in one family: how it is, and on what evidence. */
export interface UplinkFamilyStatus {
  /** Who configures it, as in the config. */
  readonly method?: UplinkFamilySettings["method"] | undefined;
  /** Only where `method` is dhcp. */
  readonly dhcp?: DhcpStatus | undefined;
  readonly verdict: Verdict;
  readonly sinceMs: number;
  readonly reason: string;
  readonly diverted: boolean;
  readonly degraded: { readonly loss: boolean; readonly latency: boolean; readonly portal: boolean };
  readonly holdLeftMs: number;
  readonly gateway: string | null;
  readonly addresses: readonly string[];
  readonly targets: readonly string[];
  /** Why targets fail, a sentence each; those that are merely silent are not among them. */
  readonly complaints: readonly string[];
  /** Median of the newest answered probes, null if there is none. */
  readonly rttMs: number | null;
  /** 0..1 of the newest probes that are decided, null if there is none. */
  readonly loss: number | null;
  /** The newest probes, oldest first: RTT, or null if lost. */
  readonly recentRttMs: readonly (number | null)[];
}

/** A probe younger than this (ms) and unanswered is not counted as lost yet. */
const PENDING_MS = 1000;

/** The read model of a state. Pure; never throws. */
export const status = (state: State, now: number): Status => {
  const family = mainFamily(state);
  return {
    online: isOnline(state),
    active: state.families[family].active,
    summary: summary(state, family),
    families: { ipv4: familyStatus(state, "ipv4", now), ipv6: familyStatus(state, "ipv6", now) },
    uplinks: state.uplinks.map((uplink) => ({
      ...uplinkStatus(uplink, now),
      essentialOnly: uplink.settings.essential !== null && isStandby(uplink, state.uplinks),
      usage: usageOf(state.usage, uplink.settings),
    })),
    pin: state.pin,
    test: state.test === null ? null : { uplink: state.test.uplink, leftMs: left(state.test.until, now) },
    ...rehearsalStatus(state, now),
    ...(state.steering.length === 0 ? {} : { steering: steeringStatus(state) }),
    problems: problems(state, now),
  };
};

const rehearsalStatus = ({ rehearsal: { last } }: State, now: number): Pick<Status, "rehearsal"> =>
  last === null ? {} : { rehearsal: { uplink: last.uplink, ageMs: now - last.at, problems: last.problems } };

/** Whether some family has a working uplink, or is carried by one that answers again. Never throws. */
export const isOnline = (state: State): boolean => FAMILIES.some((family) => works(state, family));

const works = (state: State, family: Family): boolean =>
  candidates(state.uplinks, family).some(
    (candidate) =>
      ((candidate.verdict !== "unknown" && isWorking(candidate)) || isAnswering(candidate)) &&
      state.families[family].carrying.includes(candidate.name),
  );

const summary = (state: State, family: Family): string => {
  const { active, carrying, reason } = state.families[family];
  if (active.length === 0) return "No uplink has been chosen yet.";
  if (!isOnline(state)) return `No uplink works; traffic stays on ${list(active)}.`;
  if (!sameNames(active, carrying)) return `New connections take ${list(carrying)} while ${list(active)} is in doubt.`;
  return `Traffic takes ${list(active)}: ${reason}.`;
};

const left = (until: number, now: number): number => Math.max(0, until - now);

const familyStatus = ({ families, uplinks, kernel }: State, which: Family, now: number): FamilyStatus => {
  const family = families[which];
  const working = candidates(uplinks, which).filter(isWorking);
  // A hold keeps nobody on an uplink that doesn't work.
  const isFree = working.some(({ name }) => family.active.includes(name));
  return {
    active: family.active,
    carrying: family.carrying,
    diverted: family.carrying.length > 0 && !sameNames(family.active, family.carrying),
    sinceMs: now - family.since,
    reason: family.reason,
    holdLeftMs: isFree ? left(family.holdUntil, now) : 0,
    waiting: family.waiting,
    ...(kernel !== null && isRefused(kernel, which) ? { refused: true } : {}),
    drains: family.drains.map((drain) => ({ uplink: drain.uplink, leftMs: left(drain.at, now) })),
  };
};

const uplinkStatus = (uplink: UplinkState, now: number): Omit<UplinkStatus, "essentialOnly" | "usage"> => {
  const { name, tier, weight, metered } = uplink.settings;
  const one = (family: Family): UplinkFamilyStatus | null => {
    const monitor = uplink.families[family];
    if (monitor === null) return null;
    const { method, targets } = uplink.settings.families[family];
    const client = uplink.clients[family];
    const dhcp = client === null ? {} : { dhcp: dhcpStatus(client, now) };
    return { method, ...dhcp, ...monitorStatus(monitor, { targets, now }) };
  };
  return {
    name,
    interface: uplink.device?.name ?? null,
    number: uplink.number,
    tier,
    weight,
    metered,
    families: { ipv4: one("ipv4"), ipv6: one("ipv6") },
  };
};

const monitorStatus = (
  monitor: Monitor,
  { targets, now }: { targets: readonly Target[]; now: number },
): UplinkFamilyStatus => {
  const { detector, path, recent, notes } = monitor;
  const { verdict, since, diverted, degraded, holdUntil } = assess(detector);
  const portal = portalIn(notes);
  const decided = recent.filter((sample) => sample.rttMs !== null || sample.sentAt + PENDING_MS < now);
  return {
    verdict,
    sinceMs: now - since,
    reason: reasonWith({ verdict, reason: reasonOf(monitor) }, portal),
    diverted,
    degraded: { ...degraded, portal: portal !== null },
    holdLeftMs: holdUntil === null ? 0 : left(holdUntil, now),
    gateway: path.usable ? path.gateway : null,
    addresses: path.usable ? path.addresses : [],
    targets: targets.map(targetText),
    complaints: targets.flatMap((target, place) => complaint(target, notes[place])),
    rttMs: medianRtt(decided),
    loss: decided.length === 0 ? null : decided.filter((sample) => sample.rttMs === null).length / decided.length,
    recentRttMs: decided.map((sample) => sample.rttMs),
  };
};

const complaint = (target: Target, note: TargetNote | undefined): readonly string[] =>
  note?.failure == null ? [] : [`${targetText(target)}: ${note.failure}`];

const medianRtt = (samples: readonly Sample[]): number | null => {
  const sorted = samples.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs])).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
};

const problems = (state: State, now: number): readonly string[] => [
  ...silentEverywhere(state),
  ...refusals(state.upkeep.failures).map(refusalText),
  ...state.uplinks.flatMap(clientProblems),
  ...unrouted(state),
  ...untranslated(state),
  ...shaperProblems(state),
  ...capProblems(state),
  ...[state.resolvers.problem, state.scripts.problem, state.calls.problem].flatMap((problem) => problem ?? []),
  ...(isFighting(state.upkeep, now)
    ? ["Another program keeps changing our routes or rules; `wan-failover doctor` may name it."]
    : []),
];

const unrouted = ({ uplinks, kernel }: State): readonly string[] =>
  kernel === null
    ? []
    : obstacles(
        uplinks.map(({ settings }) => settings),
        kernel,
      ).map(obstacleText);

const untranslated = ({ uplinks, kernel }: State): readonly string[] => {
  const uplinkInterfaces = ownNames(uplinks.map(({ device }) => device));
  return uplinks.flatMap(({ settings, device, families, clients }) => {
    if (kernel === null || device === null || settings.prefixes === null || families.ipv6?.path.usable !== true)
      return [];
    const search = { interface: device.name, uplinkInterfaces, kernel };
    const delegated = clients.ipv6?.delegation?.prefix ?? null;
    const { problem } = translate({ settings: settings.prefixes, delegated, ...search });
    return problem === null ? [] : [`IPv6 prefixes on ${settings.name}: ${problem}.`];
  });
};

/** All uplinks fell silent together: that speaks against us or the targets rather than against every line at once. */
const silentEverywhere = (state: State): readonly string[] => {
  const silent = FAMILIES.filter((family) => fellSilentAtOnce(state, family)).map(familyName);
  return silent.length === 0
    ? []
    : [`All uplinks fell silent at once in ${list(silent)}: the cause may be the targets or this machine.`];
};

const fellSilentAtOnce = (state: State, family: Family): boolean => {
  const able = candidates(state.uplinks, family).filter((candidate) => candidate.usable);
  const since = able.filter((candidate) => candidate.diverted).map((candidate) => candidate.since);
  return able.length > 1 && since.length === able.length && Math.max(...since) - Math.min(...since) < TOGETHER_MS;
};

/** Silences that begin within this (ms) have one cause. */
const TOGETHER_MS = 5000;
