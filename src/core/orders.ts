import type { Command } from "./command.ts";
import type { Order } from "./event.ts";
import { FAMILIES, type Family } from "./family.ts";
import { type Candidate, candidates, isUp } from "./policy/candidate.ts";
import { choose } from "./policy/policy.ts";
import type { State } from "./state.ts";
import { list } from "./words.ts";

/** An order's outcome: the state under it, and the sentence for whoever gave it. */
interface Outcome {
  readonly state: State;
  readonly accepted: boolean;
  readonly message: string;
}

/** Takes an order or refuses it, with a sentence either way. Pure; never throws. */
export const obey = (
  state: State,
  { id, order }: { readonly id: number; readonly order: Order },
  now: number,
): { state: State; command: Command } => {
  const { state: after, accepted, message } = outcome(state, order, now);
  return { state: after, command: { kind: "answer-order", id, accepted, message } };
};

const outcome = (state: State, order: Order, now: number): Outcome => {
  switch (order.kind) {
    case "test":
      return test(state, order, now);
    case "failback":
      return failback(state, now);
    case "use":
      return use(state, order.uplink);
  }
};

const accept = (state: State, message: string): Outcome => ({ state, accepted: true, message });
const refuse = (state: State, message: string): Outcome => ({ state, accepted: false, message });

const test = (state: State, order: { uplink: string | null; forMs: number | null }, now: number): Outcome => {
  const name = order.uplink ?? bestStandby(state);
  if (name === null) return refuse(state, "No standby works, so there is nothing to test.");
  const unfit = whyUnfit(state, name);
  if (unfit !== null) return refuse(state, unfit);
  const forMs = order.forMs ?? state.failover.holdAfterFailoverMs;
  if (forMs === 0) return refuse(state, "`holdAfterFailover` is 0s: say for how long, such as `--for 2m`.");
  return accept(
    { ...state, test: { uplink: name, until: now + forMs } },
    `Testing: traffic goes over ${name} for ${Math.round(forMs / 1000)} s; \`wan-failover failback\` ends it sooner.`,
  );
};

/** The uplink that would take over: up, and not in use, in the first family that has one; null: none. Never throws. */
export const bestStandby = (state: State): string | null => {
  const standby = (family: Family): readonly Candidate[] =>
    candidates(state.uplinks, family).filter(
      (candidate) => isUp(candidate) && !state.families[family].active.includes(candidate.name),
    );
  return FAMILIES.flatMap(standby).sort((a, b) => a.tier - b.tier)[0]?.name ?? null;
};

const whyUnfit = (state: State, name: string): string | null => {
  const unknown = whyUnknown(state, name);
  if (unknown !== null) return unknown;
  const found = FAMILIES.flatMap((family) => candidates(state.uplinks, family)).filter((one) => one.name === name);
  if (!found.some(isUp)) return `${name} does not work now (${found[0]?.reason ?? "disabled"}), so it is not tested.`;
  const inUse = FAMILIES.some((family) => state.families[family].active.includes(name));
  return inUse && FAMILIES.every((family) => isActiveOrAbsent(state, family, name))
    ? `${name} carries the traffic already.`
    : null;
};

const isActiveOrAbsent = (state: State, family: Family, name: string): boolean =>
  state.families[family].active.includes(name) ||
  !candidates(state.uplinks, family).some((one) => one.name === name && isUp(one));

const whyUnknown = (state: State, name: string): string | null => {
  const names = state.uplinks.map((uplink) => uplink.settings.name);
  return names.includes(name) ? null : `There is no uplink ${name}; there are: ${names.join(", ")}.`;
};

const failback = (state: State, now: number): Outcome => {
  if (state.test !== null) {
    return accept({ ...granting(state, FAMILIES), test: null }, "The test is over; traffic goes back.");
  }
  if (state.pin !== null) return refuse(state, `${state.pin} is pinned by hand; \`wan-failover use auto\` lifts that.`);
  const granted = FAMILIES.filter((family) => wouldFailBack(state, family, now));
  if (granted.length === 0) return refuse(state, "There is no better uplink that works, so nothing to go back to.");
  return accept(granting(state, granted), "Traffic goes back to the preferred uplink.");
};

/** Hold, `failback: manual` and the script `allowFailback` are waived in these families. */
const granting = (state: State, granted: readonly Family[]): State => {
  const families = Object.fromEntries(
    granted.map((family) => [family, { ...state.families[family], failbackGranted: true }]),
  );
  return { ...state, families: { ...state.families, ...families } };
};

const wouldFailBack = (state: State, family: Family, now: number): boolean => {
  const granted = { ...state.families[family], failbackGranted: true };
  const situation = {
    candidates: candidates(state.uplinks, family),
    family: granted,
    wish: null,
    settings: state.failover,
    gate: null,
    now,
  };
  return choose(situation).how === "failback";
};

const use = (state: State, name: string | null): Outcome => {
  if (name === null) return accept({ ...state, pin: null }, "The policy decides again.");
  const unknown = whyUnknown(state, name);
  if (unknown !== null) return refuse(state, unknown);
  const up = FAMILIES.flatMap((family) => candidates(state.uplinks, family)).filter(
    (one) => one.name === name && isUp(one),
  );
  const pinned = { ...state, pin: name, test: null };
  if (up.length > 0) return accept(pinned, `${name} is pinned; \`wan-failover use auto\` lifts that.`);
  const others = list(
    FAMILIES.flatMap((family) => state.families[family].active).filter((one, i, all) => all.indexOf(one) === i),
  );
  return accept(
    pinned,
    `${name} is pinned but does not work now; until it does, ${others || "nothing"} carries the traffic.`,
  );
};
