import type { AskGateway } from "../command.ts";
import { assess } from "../detector/detect.ts";
import { FAMILIES } from "../family.ts";
import { withMonitor } from "../observe.ts";
import type { Monitor, State, UplinkState } from "../state.ts";
import type { Gateway } from "./gateway.ts";

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

/** Where a neighbour is: the index of an interface, and an address on it. */
export interface Neighbour {
  readonly link: number;
  readonly address: string;
}

/** Whether the neighbour is this uplink's next hop. Never throws. */
export const isGatewayOf = ({ path }: Monitor, { link, address }: Neighbour): boolean =>
  path.usable && path.link === link && path.gateway === address;

/** Whether the neighbour is any uplink's next hop: most are hosts of the LAN. Never throws. */
export const isGateway = (state: State, neighbour: Neighbour): boolean =>
  state.uplinks.some(({ families }) =>
    FAMILIES.some((family) => families[family] !== null && isGatewayOf(families[family], neighbour)),
  );

/** What the neighbour says, for whom it is the next hop. Never throws. */
export const noteGateway = (state: State, neighbour: Neighbour, says: Gateway): State => ({
  ...state,
  uplinks: state.uplinks.map((uplink) =>
    FAMILIES.reduce((current, family) => {
      const monitor = current.families[family];
      return monitor !== null && isGatewayOf(monitor, neighbour)
        ? withMonitor(current, family, { ...monitor, gateway: says })
        : current;
    }, uplink),
  ),
});
