import type { AskGateway } from "./command.ts";
import { assess } from "./detector/detect.ts";
import { FAMILIES } from "./family.ts";
import type { Gateway } from "./gateway.ts";
import { withMonitor } from "./observe.ts";
import type { Monitor, State, UplinkState } from "./state.ts";

/** Asks the gateways of the uplinks that have just fallen suspect: what they say tells on which side the fault lies. Never throws. */
export const askGateways = (before: State, state: State): { state: State; commands: readonly AskGateway[] } => {
  const commands: AskGateway[] = [];
  const ask = (uplink: UplinkState, index: number): UplinkState =>
    FAMILIES.reduce((current, family) => {
      const monitor = current.families[family];
      if (monitor === null || !isNewlySuspect(before.uplinks[index]?.families[family], monitor)) return current;
      const { path } = monitor;
      if (!path.usable || path.gateway === null) return current;
      commands.push({ kind: "ask-gateway", family, link: path.link, address: path.gateway });
      return withMonitor(current, family, { ...monitor, gateway: null });
    }, uplink);
  const uplinks = state.uplinks.map(ask);
  return commands.length === 0 ? { state, commands } : { state: { ...state, uplinks }, commands };
};

const isNewlySuspect = (before: Monitor | null | undefined, { detector }: Monitor): boolean =>
  assess(detector).verdict === "suspect" && before != null && assess(before.detector).verdict !== "suspect";

/** What the gateway at this address on this link says, for whom it is the next hop. Never throws. */
export const noteGateway = (
  state: State,
  { link, address }: { readonly link: number; readonly address: string },
  says: Gateway,
): State => ({
  ...state,
  uplinks: state.uplinks.map((uplink) =>
    FAMILIES.reduce((current, family) => {
      const monitor = current.families[family];
      return monitor?.path.usable && monitor.path.link === link && monitor.path.gateway === address
        ? withMonitor(current, family, { ...monitor, gateway: says })
        : current;
    }, uplink),
  ),
});
