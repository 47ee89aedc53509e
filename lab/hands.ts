import { once } from "node:events";
import { AppError } from "../src/error.ts";
import { type Firewall, openFirewall, openShell, type Shell } from "./helper.ts";
import { hold } from "./hold.ts";
import { type LineState, lineCommands, SOUND, targetCommands } from "./line.ts";
import { ISP_LINE, ISP_RELAY, type LabPlan, namespaceOf, rolesOf, type UplinkPlan } from "./plan.ts";
import type { Child } from "./program.ts";
import { accessCommands, batch, lineCommand, uplinkCommands } from "./topology.ts";
import type { WireChange } from "./wire.ts";

/** What acts inside a lab: everything that a fault can do. */
export interface Hands {
  readonly plan: LabPlan;
  /** Runs a shell script in a role's namespace (`router`, `client`, `internet`, `isp-a`, …) and gives its output. */
  run(role: string, script: string): Promise<string>;
  /** Runs nft commands at an ISP or in the internet, as one transaction. */
  loadFirewall(role: string, commands: readonly string[]): Promise<void>;
  /** Changes what is wrong with an uplink's line; what isn't named stays. */
  setLine(uplink: UplinkPlan, change: Partial<LineState>): Promise<void>;
  /** Makes exactly these targets dead. */
  setDeadTargets(addresses: readonly string[]): Promise<void>;
  /** Changes an uplink's wire. Rejects where the lab has none. */
  setWire(uplink: UplinkPlan, change: WireChange): Promise<void>;
  /** Makes an uplink's interface anew where it is gone, and sets up both of its ends as they were at first. */
  restoreUplink(uplink: UplinkPlan): Promise<void>;
  /** What goes on by itself (flapping), by name; aborting ends it. */
  readonly background: Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>;
  /** The relays, by uplink. */
  readonly wires: Map<string, Child>;
}

/** Joins the line and the relay: whatever enters the one leaves by the other. Needed anew when the line was made anew. */
export const wireFirewall = (): string[] => [
  "add table netdev wire",
  "delete table netdev wire",
  "add table netdev wire",
  ...[
    [ISP_LINE, ISP_RELAY],
    [ISP_RELAY, ISP_LINE],
  ].flatMap(([from, to]) => [
    `add chain netdev wire from_${from} { type filter hook ingress device "${from}" priority 0; }`,
    `add rule netdev wire from_${from} fwd to "${to}"`,
  ]),
];

/** The router's name of an uplink's interface while it is renamed. */
export const renamedAs = (uplink: UplinkPlan): string => `lte${uplink.index}`;

const routerPart = (plan: LabPlan, uplink: UplinkPlan): string => {
  const renamed = renamedAs(uplink);
  return [
    `[ ! -e /sys/class/net/${renamed} ] || ip link set ${renamed} name ${uplink.name}`,
    `[ -e /sys/class/net/${uplink.name} ] || ip ${lineCommand(plan, uplink)}`,
  ].join("\n");
};

const restore = async (hands: Hands, uplink: UplinkPlan): Promise<void> => {
  const { plan } = hands;
  await hands.run("router", routerPart(plan, uplink));
  if (plan.options.wire) await hands.loadFirewall(uplink.isp, wireFirewall());
  await hands.run(uplink.isp, batch(accessCommands(plan, uplink)));
  await hands.run("router", batch(uplinkCommands(plan, uplink)));
};

const found = <Value>(map: ReadonlyMap<string, Value>, name: string): Value => {
  const value = map.get(name);
  if (value === undefined) throw new AppError("lab-unavailable", `The lab has no ${name} for this.`);
  return value;
};

const lineSetter = (plan: LabPlan, load: Hands["loadFirewall"]): Hands["setLine"] => {
  const states = new Map<string, LineState>();
  return async (uplink, change) => {
    const state = { ...(states.get(uplink.name) ?? SOUND), ...change };
    states.set(uplink.name, state);
    await load(uplink.isp, lineCommands(plan, state));
  };
};

const tellWire = async (wire: Child, change: WireChange): Promise<void> => {
  const changed = once(wire.stdout, "data");
  hold(wire.stdout, true);
  wire.stdin.write(`${JSON.stringify(change)}\n`);
  await changed;
  hold(wire.stdout, false);
};

/** Opens a helper in each namespace, which must exist. */
export const openHands = (plan: LabPlan): Hands => {
  const open = <Helper>(roles: string[], opener: (namespace: string) => Helper): Map<string, Helper> =>
    new Map(roles.map((role) => [role, opener(namespaceOf(plan, role))]));
  const shells = open(rolesOf(plan), openShell) as ReadonlyMap<string, Shell>;
  const isps = plan.uplinks.map((uplink) => uplink.isp);
  const firewalls = open([...isps, "internet"], openFirewall) as ReadonlyMap<string, Firewall>;
  const wires: Hands["wires"] = new Map();
  const loadFirewall: Hands["loadFirewall"] = async (role, commands) => found(firewalls, role).load(commands);
  const hands: Hands = {
    plan,
    run: async (role, script) => found(shells, role).run(script),
    loadFirewall,
    setLine: lineSetter(plan, loadFirewall),
    setDeadTargets: (addresses) => loadFirewall("internet", targetCommands(addresses)),
    setWire: async (uplink, change) => tellWire(found(wires, uplink.name), change),
    restoreUplink: (uplink) => restore(hands, uplink),
    background: new Map(),
    wires,
  };
  return hands;
};
