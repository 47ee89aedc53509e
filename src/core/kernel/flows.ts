import type { Command } from "../command.ts";
import { assess } from "../detector/detect.ts";
import { FAMILIES, type Family } from "../family.ts";
import { withMonitor } from "../observe.ts";
import { steeredTo } from "../policy/steer.ts";
import type { Drain, State, UplinkState } from "../state.ts";
import { type Edit, type KernelState, MAIN_TABLE, PROTOCOL, type Route } from "./kernel.ts";
import { MARK_MASK, markOf, NUMBER_MASK } from "./mark.ts";

/** What is left to do, and what is done now. */
export interface Moved {
  readonly state: State;
  readonly commands: readonly Command[];
}

/**
 * Flushes the flows that must move: those of an uplink that failed, once another carries; those that may be moved
 * of an uplink whose drain is over; those that were translated wrongly, or whose uplink is configured no more. They wait
 * until the routes that they shall take are in place. Pure; never throws.
 */
export const moveFlows = (before: State, now: number): Moved => {
  if (before.upkeep.underway.length > 0) return { state: before, commands: [] };
  return FAMILIES.reduce<Moved>(
    (done, family) => {
      const failed = done.state.uplinks.filter((uplink) => mayFlush(done.state, uplink, family));
      const drained = done.state.families[family].drains.filter((drain) => isOver(done.state, family, { drain, now }));
      if (failed.length === 0 && drained.length === 0) return done;
      return {
        state: withoutDrains(afterFlush(done.state, failed, family), family, [
          ...drained,
          ...drainsOf(done.state, failed, family),
        ]),
        commands: [
          ...done.commands,
          ...failed.map(({ number }) => flush(number, family, NUMBER_MASK)),
          ...done.state.uplinks
            .filter((uplink) => drained.some((drain) => drain.uplink === uplink.settings.name))
            .map(({ number }) => flush(number, family, MARK_MASK)),
        ],
      };
    },
    forgetAbandoned(forgetPrefixes(before)),
  );
};

/** Nothing leads flows of an uplink that is configured no more, but they would keep its translation for as long as somebody sends. */
const forgetAbandoned = (done: Moved): Moved => {
  const { abandoned, kernel } = done.state;
  if (abandoned.length === 0 || kernel === null) return done;
  const flushes = abandoned.flatMap((number) => FAMILIES.map((family) => flush(number, family, NUMBER_MASK)));
  return { state: { ...done.state, abandoned: [] }, commands: [...done.commands, ...flushes] };
};

/**
 * Notes whose flows are to be flushed once these edits are done: while table main has no default of ours, new flows take
 * somebody else's, perhaps over a line that is down, and are pinned there. Never throws.
 */
export const noteStrays = (state: State, kernel: KernelState, edits: readonly Edit[]): State => {
  const puts = edits.flatMap((edit) => (edit.kind === "put-route" ? [edit.route] : []));
  const strayed = FAMILIES.filter(
    (family) =>
      puts.some((route) => isOurDefault(route, family)) && !kernel.routes.some((route) => isOurDefault(route, family)),
  );
  return strayed.length === 0 ? state : { ...state, uplinks: state.uplinks.map((uplink) => unflush(uplink, strayed)) };
};

const isOurDefault = (route: Route, family: Family): boolean =>
  route.family === family &&
  route.protocol === PROTOCOL &&
  route.table === MAIN_TABLE &&
  route.destination === "default";

const unflush = (uplink: UplinkState, families: readonly Family[]): UplinkState =>
  families.reduce((current, family) => {
    const monitor = current.families[family];
    const isDown = monitor !== null && assess(monitor.detector).verdict === "down";
    return isDown ? withMonitor(current, family, { ...monitor, unflushed: true }) : current;
  }, uplink);

/** A flow keeps the translation that it began with: under new prefixes it has to begin anew. */
const forgetPrefixes = (state: State): Moved => {
  const stale = state.uplinks.filter(({ mistranslated }) => mistranslated);
  if (stale.length === 0) return { state, commands: [] };
  return {
    state: { ...state, uplinks: state.uplinks.map((uplink) => ({ ...uplink, mistranslated: false })) },
    commands: stale.map(({ number }) => flush(number, "ipv6", NUMBER_MASK)),
  };
};

/** Nothing is left to drain from an uplink that failed. */
const drainsOf = (state: State, failed: readonly UplinkState[], family: Family): readonly Drain[] =>
  state.families[family].drains.filter((drain) => failed.some((uplink) => uplink.settings.name === drain.uplink));

/** What an uplink could keep over its failure because nothing took over goes on there. */
const mayFlush = (state: State, uplink: UplinkState, family: Family): boolean => {
  const { active, carrying } = state.families[family];
  const monitor = uplink.families[family];
  const { name } = uplink.settings;
  if (monitor?.unflushed !== true || carrying.length === 0 || carrying.includes(name)) return false;
  return !(active.includes(name) && assess(monitor.detector).verdict === "hold-down");
};

/**
 * Its time has come; but what an uplink carries during a divert stays until the divert is over, and what is steered to it stays:
 * by their marks its flows can't be told apart.
 */
const isOver = (state: State, family: Family, { drain, now }: { drain: Drain; now: number }): boolean =>
  drain.at <= now &&
  !state.families[family].carrying.includes(drain.uplink) &&
  !steeredTo(state.families[family]).includes(drain.uplink);

const flush = (number: number, family: Family, mask: number): Command => ({
  kind: "flush-flows",
  family,
  mark: markOf(number),
  mask,
});

const afterFlush = (state: State, flushed: readonly UplinkState[], family: Family): State => ({
  ...state,
  uplinks: state.uplinks.map((uplink) => {
    const monitor = uplink.families[family];
    return flushed.includes(uplink) && monitor !== null
      ? withMonitor(uplink, family, { ...monitor, unflushed: false })
      : uplink;
  }),
});

const withoutDrains = (state: State, family: Family, drained: readonly Drain[]): State => {
  const kept = state.families[family].drains.filter((drain) => !drained.includes(drain));
  return { ...state, families: { ...state.families, [family]: { ...state.families[family], drains: kept } } };
};
