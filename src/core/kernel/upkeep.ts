import type { Command } from "../command.ts";
import type { Event } from "../event.ts";
import { FAMILIES, type Family } from "../family.ts";
import { isForeignDefault } from "../path/path.ts";
import { candidates, isUp } from "../policy/candidate.ts";
import { standbys } from "../policy/carry.ts";
import type { ReviewPart } from "../review-part.ts";
import type { State, Upkeep } from "../state.ts";
import { list } from "../words.ts";
import { noteStrays } from "./flows.ts";
import type { Edit, EditFailure, KernelState } from "./kernel.ts";
import { REFUSAL_PRIORITY } from "./mark.ts";
import { applyEdits, describeEdit, plan, sameRoute, sameSlot } from "./plan.ts";
import { isReadOnly, type Refusal, refusals } from "./refusal.ts";
import { heedsMarks } from "./sysctl.ts";
import { carryingRoute, type FamilyRouting, type Wanted, wanted } from "./wanted.ts";

/** More mendings than this within `FIGHT_MS` mean that another program undoes ours: then it rests for `REST_MS`. */
export const MOST_MENDINGS = 20;
const FIGHT_MS = 10_000;
const REST_MS = 1000;

/** A refused edit is tried again after a second, then ever more rarely. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

/** Why the kernel's state is looked at. */
export interface KeepUp {
  readonly now: number;
  /** Nothing was decided, somebody else changed what is ours. */
  readonly mending: boolean;
  /** The families whose carriers were just changed. */
  readonly switched: readonly Family[];
}

/**
 * Makes the kernel's state the wanted one. The routes of a switch go first and alone: what else follows from it is worked
 * out once traffic has moved. Pure; never throws.
 */
export const keepUp = (state: State, { now, mending, switched }: KeepUp): ReviewPart => {
  const { kernel } = state;
  if (kernel === null || state.upkeep.underway.length > 0) return { state, commands: [], reviewAt: NEVER };
  const urgent = switched.flatMap((family) => switchEdits(state, kernel, family));
  if (urgent.length > 0 && urgent.every((edit) => mayTry(edit, state.upkeep, now))) {
    const underway = { ...state, upkeep: { ...state.upkeep, underway: urgent } };
    return { state: underway, commands: [{ kind: "edit-kernel", edits: urgent }], reviewAt: NEVER };
  }
  const needed = plan(wantedOf(state, kernel), kernel, state.upkeep.firewall);
  const upkeep = upToDate(state.upkeep, needed, now);
  const edits = needed.filter((edit) => mayTry(edit, upkeep, now));
  const retryAt = upkeep.failures.length > 0 && now < upkeep.retryAt ? upkeep.retryAt : NEVER;
  if (edits.length === 0) return { state: { ...state, upkeep }, commands: [], reviewAt: retryAt };
  if (mending && isFighting(upkeep, now)) {
    return { state: { ...state, upkeep }, commands: [], reviewAt: Math.min(retryAt, now + REST_MS) };
  }
  const mendings = mending ? [...upkeep.mendings, now] : upkeep.mendings;
  const underway = { ...state, upkeep: { ...upkeep, mendings, underway: edits } };
  return {
    state: noteStrays(withOriginals(underway, kernel, edits), kernel, edits),
    commands: [...(mending ? [mendedReport(edits)] : []), { kind: "edit-kernel", edits }],
    reviewAt: retryAt,
  };
};

const NEVER = Number.POSITIVE_INFINITY;

/** Replaces the default of table main where that is ours already: nothing else then stands in the way of it. */
const switchEdits = ({ uplinks, families }: State, kernel: KernelState, family: Family): readonly Edit[] => {
  const route = carryingRoute({ uplinks, kernel }, family, families[family].carrying);
  const before = route === null ? undefined : kernel.routes.find((present) => sameSlot(present, route));
  return route === null || before === undefined || sameRoute(before, route) ? [] : [{ kind: "put-route", route }];
};

/** Without the failures of edits that nobody needs any more, and without the mendings of long ago. */
const upToDate = (upkeep: Upkeep, needed: readonly Edit[], now: number): Upkeep => {
  const failures = upkeep.failures.filter((failure) => needed.some((edit) => isSameEdit(edit, failure.edit)));
  return {
    ...upkeep,
    failures,
    backoffMs: failures.length === 0 ? 0 : upkeep.backoffMs,
    mendings: upkeep.mendings.filter((at) => at > now - FIGHT_MS),
  };
};

/** Whether another program undoes ours again and again. Never throws. */
export const isFighting = ({ mendings }: Upkeep, now: number): boolean =>
  mendings.filter((at) => at > now - FIGHT_MS).length >= MOST_MENDINGS;

const isSameEdit = (a: Edit, b: Edit): boolean => describeEdit(a) === describeEdit(b);

const mendedReport = (edits: readonly Edit[]): Command => ({
  kind: "report",
  report: { kind: "kernel-mended", edits: edits.length, what: list(edits.slice(0, 3).map(describeEdit)) },
});

const wantedOf = (state: State, kernel: KernelState): Wanted =>
  wanted({
    uplinks: state.uplinks,
    share: state.failover.share,
    kernel,
    routing: { ipv4: routing(state, kernel, "ipv4"), ipv6: routing(state, kernel, "ipv6") },
  });

const routing = (state: State, kernel: KernelState, family: Family): FamilyRouting => {
  const all = candidates(state.uplinks, family);
  const { carrying, steered } = state.families[family];
  return {
    carrying,
    standbys: standbys(all, carrying),
    refuse: isToBeRefused(state, kernel, family),
    steerings: state.steering.map((settings, place) => ({ settings, way: steered[place] ?? null })),
  };
};

/** Every uplink of the family is down while the other family has one, and packets would run into a dead default. */
const isToBeRefused = (state: State, kernel: KernelState, family: Family): boolean => {
  const [own = [], other = []] = [family, FAMILIES.find((one) => one !== family)].map((one) =>
    one === undefined ? [] : candidates(state.uplinks, one),
  );
  const allDown = own.length > 0 && own.every((candidate) => candidate.verdict === "down");
  const otherWorks = other.some(
    (candidate) => isUp(candidate) || (candidate.verdict === "suspect" && isRefused(kernel, family)),
  );
  return (
    allDown &&
    otherWorks &&
    isHeardOf(state, kernel, family) &&
    hasDeadDefault(state, kernel, family) &&
    !hasForeignWayOut(state, kernel, family)
  );
};

/** What the reverse-path filter drops while the family is refused, nobody hears: no uplink would ever come back. */
const isHeardOf = ({ uplinks }: State, kernel: KernelState, family: Family): boolean =>
  family === "ipv6" || uplinks.every(({ device }) => device === null || heedsMarks(device.name, kernel));

/** Whether the kernel refuses a family at once. Once refused, it stays so while the other one is merely in doubt. Never throws. */
export const isRefused = (kernel: KernelState, family: Family): boolean =>
  kernel.rules.some((rule) => rule.family === family && rule.priority === REFUSAL_PRIORITY);

const hasDeadDefault = (state: State, kernel: KernelState, family: Family): boolean =>
  state.uplinks.some((uplink) => uplink.families[family]?.path.usable) ||
  kernel.routes.some((route) => route.family === family && isForeignDefault(route));

/** Somebody's default through an interface that is no uplink, a VPN say, is theirs. */
const hasForeignWayOut = (state: State, kernel: KernelState, family: Family): boolean => {
  const uplinkNames = state.uplinks.map((uplink) => uplink.device?.name);
  const uplinkLinks = kernel.links.filter((link) => uplinkNames.includes(link.name)).map((link) => link.index);
  return kernel.routes.some(
    (route) =>
      route.family === family && isForeignDefault(route) && route.hops.some((hop) => !uplinkLinks.includes(hop.link)),
  );
};

const mayTry = (edit: Edit, upkeep: Upkeep, now: number): boolean =>
  now >= upkeep.retryAt || !upkeep.failures.some((failure) => isSameEdit(failure.edit, edit));

const withOriginals = (state: State, kernel: KernelState, edits: readonly Edit[]): State => {
  const originals = edits.flatMap((edit): [string, string][] => {
    const value = edit.kind === "set-sysctl" ? kernel.sysctls[edit.name] : undefined;
    return edit.kind === "set-sysctl" && value !== undefined ? [[edit.name, value]] : [];
  });
  if (originals.length === 0) return state;
  return { ...state, originalSysctls: { ...Object.fromEntries(originals), ...state.originalSysctls } };
};

/** What became of a batch of edits: the event `kernel-edited`. */
type Outcome = Pick<Extract<Event, { kind: "kernel-edited" }>, "failures" | "firewall">;

/** What became of the edits: refused ones wait, and are tried again. Pure; never throws. */
export const noteOutcome = (
  state: State,
  outcome: Outcome,
  now: number,
): { state: State; commands: readonly Command[] } => {
  const { upkeep } = state;
  const waiting = now < upkeep.retryAt ? upkeep.failures : [];
  const failures = [...waiting, ...outcome.failures];
  const isFirst = outcome.failures.some(
    (failure) => !upkeep.failures.some((other) => isSameEdit(other.edit, failure.edit)),
  );
  const backoffMs = isFirst ? FIRST_RETRY_MS : nextBackoff(upkeep, { waiting, failures });
  const retryAt = waiting.length > 0 ? Math.min(upkeep.retryAt, isFirst ? now + backoffMs : NEVER) : now + backoffMs;
  const done = upkeep.underway.filter((edit) => !outcome.failures.some((failure) => isSameEdit(failure.edit, edit)));
  const news = outcome.failures.filter((failure) => !upkeep.failures.some((other) => isAlike(other, failure)));
  return {
    state: {
      ...state,
      kernel: state.kernel === null ? null : withListing(applyEdits(state.kernel, done), outcome.firewall),
      upkeep: { ...upkeep, failures, backoffMs, retryAt, underway: [], firewall: firewallAfter(upkeep, done, outcome) },
    },
    commands: refusals(news).map(refusalReport),
  };
};

/** Whether who was told of one knows of the other. */
const isAlike = (one: EditFailure, other: EditFailure): boolean =>
  isSameEdit(one.edit, other.edit) || (isReadOnly(one) && isReadOnly(other));

const nextBackoff = (
  { backoffMs }: Upkeep,
  { waiting, failures }: { waiting: readonly EditFailure[]; failures: readonly EditFailure[] },
): number => {
  if (waiting.length > 0) return backoffMs;
  return failures.length === 0 ? 0 : Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, backoffMs * 2));
};

/** A table that was loaded and yet can't be listed shows at the next reading. */
const withListing = (kernel: KernelState, firewall: string | null | undefined): KernelState =>
  firewall == null ? kernel : { ...kernel, firewall };

const firewallAfter = (upkeep: Upkeep, done: readonly Edit[], { firewall }: Outcome): Upkeep["firewall"] => {
  const load = done.find((edit) => edit.kind === "load-firewall");
  return load === undefined ? upkeep.firewall : { ruleset: load.ruleset, listing: firewall ?? null };
};

const refusalReport = (refusal: Refusal): Command => ({ kind: "report", report: { kind: "edit-failed", ...refusal } });
