import type { Family } from "./family.ts";
import { type KernelState, MAIN_TABLE, PROTOCOL } from "./kernel/kernel.ts";
import { deviceOf } from "./path/device.ts";
import type { UplinkSettings } from "./settings.ts";
import type { FamilyState, State } from "./state.ts";

/**
 * Takes over what an earlier run left in the kernel: who carries now is who has our default with metric 1, and
 * without a memory that is also who is active. Pure; never throws.
 */
export const adopt = (state: State, kernel: KernelState): State => ({
  ...state,
  families: {
    ipv4: adoptFamily(state, kernel, "ipv4"),
    ipv6: adoptFamily(state, kernel, "ipv6"),
  },
});

const adoptFamily = (state: State, kernel: KernelState, family: Family): FamilyState => {
  const carrying = inUse(state, kernel, family);
  const before = state.families[family];
  if (carrying.length === 0) return before;
  return before.active.length > 0
    ? { ...before, carrying }
    : { ...before, carrying, active: carrying, reason: "found in use at the start" };
};

const inUse = (state: State, kernel: KernelState, family: Family): readonly string[] => {
  const route = kernel.routes.find(
    (one) => one.family === family && one.protocol === PROTOCOL && one.table === MAIN_TABLE && one.metric === 1,
  );
  const takes = (settings: UplinkSettings): boolean => {
    const name = deviceOf(settings, kernel)?.name;
    const link = kernel.links.find((one) => one.name === name)?.index;
    const isGateway = (gateway: string | null): boolean =>
      settings.interface !== null || gateway === settings.families[family].gateway;
    return route?.hops.some((hop) => hop.link === link && isGateway(hop.gateway)) ?? false;
  };
  return state.uplinks
    .filter((uplink) => uplink.families[family] !== null && takes(uplink.settings))
    .map((uplink) => uplink.settings.name);
};
