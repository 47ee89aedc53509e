import type { Family } from "../family.ts";
import type { State, UplinkState } from "../state.ts";

/** The family that speaks for both: IPv4, unless no uplink has a path in it while one has in IPv6. Never throws. */
export const mainFamily = (state: State): Family => {
  const present = (family: Family): boolean => state.uplinks.some((uplink) => uplink.families[family]?.path.usable);
  return !present("ipv4") && present("ipv6") ? "ipv6" : "ipv4";
};

/** "The" active uplink, where only one can be named: the first of the main family's; null before the first choice. Never throws. */
export const leadOf = (state: State): UplinkState | null => {
  const { active } = state.families[mainFamily(state)];
  return state.uplinks.find((uplink) => active.includes(uplink.settings.name)) ?? null;
};

/** The uplinks in the order of their tiers, then of the config. Never throws. */
export const byPreference = (uplinks: readonly UplinkState[]): readonly UplinkState[] =>
  uplinks.toSorted((a, b) => a.settings.tier - b.settings.tier);

/** Whether an uplink carries traffic only in the place of a better one. Never throws. */
export const isStandby = ({ settings: { tier } }: UplinkState, all: readonly UplinkState[]): boolean =>
  all.some((other) => other.settings.tier < tier);
