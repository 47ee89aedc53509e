import { FAMILIES, type Family } from "../../src/core/family.ts";
import { type Edit, MAIN_TABLE, PROTOCOL, type Route } from "../../src/core/kernel/kernel.ts";
import { markOf } from "../../src/core/kernel/mark.ts";
import { ADOPTED_METRIC } from "../../src/core/path/path.ts";
import { type Candidate, candidates, isUp, isWorking } from "../../src/core/policy/candidate.ts";
import type { Report, SwitchKind } from "../../src/core/report.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import type { FamilyState, State } from "../../src/core/state.ts";
import { status } from "../../src/core/status.ts";
import type { StepSeen } from "./daemon.ts";
import type { FakeKernel, StoredRoute } from "./kernel.ts";
import { lookup, newFlow } from "./lookup.ts";
import { blindMs, insist, linksOf, linksText, sameLinks } from "./promise.ts";
import { checkSteeredFlows } from "./steered-checks.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

/** Every report that tells of a decision says why. */
export const checkReasons = ({ commands }: StepSeen): void => {
  for (const command of commands) {
    if (command.kind !== "report" || !("reason" in command.report)) continue;
    const { report } = command;
    insist(/\w/.test(command.report.reason), () => `${report.kind} without a reason`);
    insist(
      !/undefined|null|NaN|Infinity/.test(command.report.reason),
      () => `a broken reason: ${JSON.stringify(report)}`,
    );
  }
};

/**
 * Foreign routes are only ever displaced, and only when their copy exists. What was added a moment ago may be unknown
 * yet, and then can't be spared.
 */
export const checkForeign = ({ commands, after }: StepSeen, kernel: FakeKernel): void => {
  const known = after.kernel?.routes.filter((route) => route.protocol !== PROTOCOL) ?? [];
  for (const command of commands) {
    if (command.kind !== "edit-kernel") continue;
    for (const edit of command.edits) checkForeignEdit(edit, known, kernel);
  }
};

const checkForeignEdit = (edit: Edit, known: readonly Route[], kernel: FakeKernel): void => {
  if (edit.kind === "delete-rule") insist(edit.rule.protocol === PROTOCOL, () => "a foreign rule is deleted");
  if (edit.kind !== "delete-route" && edit.kind !== "put-route") return;
  const { route } = edit;
  const victim = known.find((one) => isSamePlace(one, route, 0));
  const isVictim = edit.kind === "put-route" || route.protocol === victim?.protocol;
  if (victim === undefined || !isVictim || route.metric >= ADOPTED_METRIC) return;
  const copied = kernel.routes.some((one) => one.protocol !== PROTOCOL && isSamePlace(one, route, ADOPTED_METRIC));
  insist(copied, () => `a foreign route vanishes without a copy: ${JSON.stringify(edit)}`);
};

type Place = Pick<Route, "family" | "table" | "metric" | "destination">;

const isSamePlace = (a: Place, b: Place, above: number): boolean =>
  a.family === b.family && a.table === b.table && a.destination === b.destination && a.metric === b.metric + above;

/** What was last switched, as the reports tell. */
export interface LastSwitch {
  readonly at: number;
  readonly how: SwitchKind;
  readonly holdMs: number;
}

export interface SwitchSeen {
  readonly seen: StepSeen;
  readonly report: Extract<Report, { kind: "switched" }>;
  readonly last: LastSwitch | null;
  readonly truth: Truth;
  readonly settings: readonly UplinkSettings[];
  /** When the daemon was started, null if its config was changed since. */
  readonly startedAt: number | null;
  /** When it last woke from a stall. */
  readonly stalledUntil: number;
}

/** Nobody is switched to who has long been dead; a hold keeps until something forces or orders a switch. */
export const checkSwitch = ({ seen, report, last, truth, settings, startedAt, stalledUntil }: SwitchSeen): void => {
  const asleep = seen.now - stalledUntil < JUST_AWAKE_MS;
  const before = seen.before.families[report.family];
  for (const name of report.to.filter((one) => !before.active.includes(one))) {
    const deadMs = truth.forMs(name, report.family, "dead");
    const blindMs = standbyBlindMs(settings, name) + (asleep || !anyUp(seen, report.family) ? DESPERATE_MS : 0);
    insist(deadMs <= blindMs, () => `${report.how} to ${name}, dead for ${deadMs} ms`);
  }
  const free =
    isForced(seen, report.family, before) || seen.event.kind === "ordered" || seen.event.kind === "configured";
  const ordered = report.how === "ordered" || before.how === "ordered";
  const justStarted = startedAt !== null && seen.now - startedAt < AFTER_START_MS;
  const isSecond = last !== null && justStarted && truth.steadyMs() > STEADY_MS;
  insist(!isSecond || free || ordered || report.how === "failback", () => `a second ${report.how} after a restart`);
  if (report.how !== "failback" || free || ordered || last === null) return;
  insist(seen.now >= last.at + last.holdMs, () => `a failback ${seen.now - last.at} ms after a ${last.how}`);
};

/** So soon after a start nothing is switched where the lines have been as they are for so long, ms. */
const AFTER_START_MS = 15_000;
const STEADY_MS = 90_000;

/** What we slept through is no evidence; and where nothing is up, whoever answered lately is taken. */
const DESPERATE_MS = 40_000;
const JUST_AWAKE_MS = 10_000;

const anyUp = ({ after }: StepSeen, family: Family): boolean => candidates(after.uplinks, family).some(isUp);

const isForced = ({ after }: StepSeen, family: Family, before: FamilyState): boolean =>
  !candidates(after.uplinks, family).some((one: Candidate) => before.active.includes(one.name) && isWorking(one));

/** How long a standby's death may stay unnoticed: it is asked again as soon as the active uplink is in doubt. */
const standbyBlindMs = (settings: readonly UplinkSettings[], name: string): number => {
  const detection = settings.find((one) => one.name === name)?.detection;
  return detection?.kind === "adaptive" ? 1.1 * detection.standbyIntervalMs + 8_000 : 60_000;
};

/** Nobody who is down stays active while another is up, and no flows stay with whoever is down while another carries. */
export const checkDecision = ({ uplinks, families }: State): void => {
  for (const family of FAMILIES) {
    const { active, carrying } = families[family];
    const all = candidates(uplinks, family);
    const used = all.filter((one) => active.includes(one.name));
    const idle = used.length > 0 && used.every(({ verdict }) => verdict === "down") && all.some(isUp);
    insist(!idle, () => `${family} stays with ${active}, which is down`);
    const down = all.filter(({ name, verdict }) => verdict === "down" && !carrying.includes(name));
    const stuck = down.find(({ name }) =>
      uplinks.some(({ settings, families: { [family]: monitor } }) => settings.name === name && monitor?.unflushed),
    );
    insist(stuck === undefined || carrying.length === 0, () => `${family} flows stay on ${stuck?.name}, which is down`);
  }
};

/**
 * Within a moment of rest everything in the kernel is as decided, and no two kinds of traffic are split wrongly.
 * `unseenAt`: when the daemon last couldn't know how the kernel is.
 */
export const checkRouting = (state: State, { site, conditions, agenda }: World, unseenAt: number): void => {
  const calmMs = agenda.now() - Math.max(conditions.disturbedAt, unseenAt);
  const { failures } = state.upkeep;
  if (state.kernel === null || conditions.routesRefused !== null || calmMs < SETTLED_MS + conditions.hintDelayMs)
    return;
  insist(failures.length === 0 || calmMs < RETRIED_MS, () => `still refused: ${JSON.stringify(failures[0])}`);
  if (failures.length > 0) return;
  for (const family of FAMILIES) {
    checkNewFlows(state, site.kernel(), family);
    checkPinnedFlows(state, site.kernel(), family);
    checkSteeredFlows(state, site.kernel(), family);
  }
};

/** A fight over routes is answered about once a second. */
const SETTLED_MS = 2500;

/** After half a minute of refusals an edit is tried again within as long. */
const RETRIED_MS = 35_000;

const checkNewFlows = (state: State, kernel: FakeKernel, family: Family): void => {
  const carriers = state.uplinks.filter((uplink) => state.families[family].carrying.includes(uplink.settings.name));
  const expected = carriers.flatMap((uplink) => linksOf(uplink.families[family]?.path));
  const way = lookup(kernel, newFlow(family));
  const outranked = kernel.routes.some(
    (route) => route.family === family && route.metric === 0 && isStranger(state, kernel, route),
  );
  if (expected.length === 0 || way === "unreachable" || outranked) return;
  const ours = kernel.routes.filter(
    (route) =>
      route.family === family && route.protocol === PROTOCOL && route.metric === 1 && route.table === MAIN_TABLE,
  );
  insist(ours.length === 1, () => `${ours.length} ${family} defaults of ours with metric 1`);
  insist(sameLinks(way, expected), () => `${family} flows leave by ${linksText(way)}, not by ${expected}`);
};

/** A default through an interface that is no uplink's is its owner's business. */
const isStranger = (state: State, { links }: FakeKernel, route: StoredRoute): boolean =>
  route.hops.some((hop) => {
    const name = links.find(({ index }) => index === hop.link)?.name;
    return !state.uplinks.some(({ settings }) => settings.interface === name);
  });

const checkPinnedFlows = (state: State, kernel: FakeKernel, family: Family): void => {
  for (const uplink of state.uplinks) {
    const path = uplink.families[family]?.path;
    const packet = { ...newFlow(family), mark: markOf(uplink.number) };
    if (!path?.usable) continue;
    const way = lookup(kernel, packet);
    insist(sameLinks(way, [path.link]), () => `${family} flows of ${uplink.settings.name} leave by ${linksText(way)}`);
  }
};

/** New flows don't stay with a dead uplink while another works. */
export const checkAlive = (world: World, truth: Truth, state: State): void => {
  const { uplinks } = world.conditions.settings;
  const limit = Math.max(...uplinks.map(blindMs));
  for (const family of FAMILIES) {
    const way = lookup(world.site.kernel(), newFlow(family));
    if (typeof way === "string") continue;
    const taken = uplinks.filter((one) => way.some((hop) => hop.link === world.site.wire(one.name).link));
    if (taken.some((one) => world.site.wire(one.name).renamed > 0)) continue;
    const dead = taken.length > 0 && taken.every((one) => truth.forMs(one.name, family, "dead") > limit);
    const better = uplinks.find((one) => !taken.includes(one) && truth.forMs(one.name, family, "good") > limit);
    insist(
      !dead || better === undefined,
      () =>
        `${family} stays on ${taken.map(({ name }) => name)} although ${better?.name} works: ${JSON.stringify(state.families[family])}`,
    );
  }
};

/** The read model can always be made and sent. */
export const checkStatus = (state: State, now: number): void => {
  const text = JSON.stringify(status(state, now));
  insist(!/undefined|NaN|Infinity/.test(text), () => `a status that can't be read: ${text}`);
};

/** The state does not grow without bounds. */
export const checkSize = (state: State): void => {
  const size = JSON.stringify(state).length;
  insist(size < 400_000, () => `the state has grown to ${size} characters`);
};
