import { isIPv6 } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Act, FaultScope } from "./fault.ts";
import { type Hands, renamedAs } from "./hands.ts";
import type { LineState } from "./line.ts";
import { ISP_LINE, type LabPlan, type UplinkPlan } from "./plan.ts";
import { accessCommands, batch, foreignDefaults, tolerantBatch, uplinkCommands } from "./topology.ts";

/** Changes the line of the uplink concerned. */
export const line =
  (change: Partial<LineState>): Act =>
  (hands, { uplink }) =>
    hands.setLine(uplink, change);

/** Changes the lines of several uplinks. */
export const lines =
  (change: Partial<LineState>, which: (uplinks: readonly UplinkPlan[]) => readonly UplinkPlan[]): Act =>
  async (hands) => {
    await Promise.all(which(hands.plan.uplinks).map((uplink) => hands.setLine(uplink, change)));
  };

/** The ISP's end goes down: the router's interface loses its carrier. */
export const cutCarrier: Act = async (hands, { uplink }) => {
  await hands.run(uplink.isp, `ip link set ${ISP_LINE} down`);
};

/** Up again; what the ISP's interface forgot is set anew. */
export const restoreCarrier: Act = async (hands, { uplink }) => {
  await hands.run(uplink.isp, batch(accessCommands(hands.plan, uplink)));
};

/** Makes the targets dead that are chosen from all of them. */
export const killTargets =
  (choose: (plan: LabPlan, scope: FaultScope) => readonly string[]): Act =>
  (hands, scope) =>
    hands.setDeadTargets(choose(hands.plan, scope));

const isFirstOfFamily = (address: string, _: number, all: readonly string[]): boolean =>
  all.findIndex((other) => isIPv6(other) === isIPv6(address)) === all.indexOf(address);

/** The target named, or the first of each family. */
export const oneTarget = ({ targets }: LabPlan, { target }: FaultScope): string[] =>
  target === null ? targets.filter((address, index) => isFirstOfFamily(address, index, targets)) : [target];

/** All but the first of each family. */
export const mostTargets = ({ targets }: LabPlan): string[] =>
  targets.filter((address, index) => !isFirstOfFamily(address, index, targets));

/** Takes the router's global addresses on the uplink away, as the end of a lease does; the kernel drops routes with them. */
export const withdrawAddress: Act = async (hands, { uplink }) => {
  await hands.run("router", `ip address flush dev ${uplink.name} scope global`);
};

/** Sets the router's end up as it was at first. */
export const configure: Act = async (hands, { uplink }) => {
  await hands.run("router", batch(uplinkCommands(hands.plan, uplink)));
};

/** Deletes the foreign default routes, those of router advertisements too. Gone already is fine. */
export const withdrawRoute: Act = async (hands, { uplink }) => {
  const routes = [...foreignDefaults(hands.plan, uplink), `default dev ${uplink.name} proto ra`];
  await hands.run("router", tolerantBatch(routes.map((route) => `route del ${route}`)));
};

/** Deletes the interface, as when a USB modem is pulled out. */
export const removeInterface: Act = async (hands, { uplink }) => {
  await hands.run("router", `ip link del ${uplink.name}`);
};

/** Renames it while it is up (Linux 6.2), else down for a moment. */
const rename = (from: string, to: string): string =>
  `ip link set ${from} name ${to} 2>/dev/null || { ip link set ${from} down; ip link set ${from} name ${to}; ip link set ${to} up; }`;

export const renameInterface: Act = async (hands, { uplink }) => {
  await hands.run("router", rename(uplink.name, renamedAs(uplink)));
};

export const renameBack: Act = async (hands, { uplink }) => {
  await hands.run("router", `${rename(renamedAs(uplink), uplink.name)}\n${batch(uplinkCommands(hands.plan, uplink))}`);
};

const flap = async (round: { bad: () => Promise<void>; good: () => Promise<void> }, times: Times): Promise<void> => {
  const rest = (): Promise<unknown> => delay(times.everyMs, undefined, { signal: times.signal, ref: false });
  for (let count = 0; count < times.rounds; count++) {
    await round.bad();
    await rest();
    await round.good();
    await rest();
  }
};

interface Times {
  readonly everyMs: number;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

const withoutAbortion = (error: unknown): void => {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
};

/** Breaks and mends in turn, in the background and not for ever. Resolves when it has broken for the first time. */
export const startFlapping =
  (what: string, bad: Act, good: Act): Act =>
  async (hands, scope) => {
    const name = `${what} ${scope.uplink.name}`;
    await endFlapping(hands, name);
    const stop = new AbortController();
    const round = { bad: () => bad(hands, scope), good: () => good(hands, scope) };
    await round.bad();
    const ended = flap(round, { everyMs: scope.everyMs, rounds: scope.rounds, signal: stop.signal });
    hands.background.set(name, { stop, ended: ended.catch(withoutAbortion) });
  };

/** Ends it, and mends. */
export const stopFlapping =
  (what: string, good: Act): Act =>
  async (hands, scope) => {
    await endFlapping(hands, `${what} ${scope.uplink.name}`);
    await good(hands, scope);
  };

/** Ends what goes on in the background under a name, if anything. */
export const endFlapping = async (hands: Hands, name: string): Promise<void> => {
  const running = hands.background.get(name);
  hands.background.delete(name);
  running?.stop.abort();
  await running?.ended;
};
