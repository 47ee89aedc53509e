import { isIPv6 } from "node:net";
import { accessOf, type LabPlan } from "./plan.ts";

/** What is wrong with one uplink's line and ISP, as a whole. Ratios are 0..1. */
export interface LineState {
  /** The ISP passes nothing on, either way; its gateway answers. */
  readonly blackhole: boolean;
  /** The ISP's router is dead, to ARP and neighbour discovery too. */
  readonly dead: boolean;
  /** As a blackhole, in one direction. */
  readonly blockedOutbound: boolean;
  readonly blockedInbound: boolean;
  /** Each packet's chance of being lost on the line, in each direction. */
  readonly loss: number;
  /** Router advertisements are not sent. */
  readonly silent: boolean;
}

export const SOUND: LineState = {
  blackhole: false,
  dead: false,
  blockedOutbound: false,
  blockedInbound: false,
  loss: 0,
  silent: false,
};

const BEFORE_ANYTHING = "priority -300;";
const AFTER_ANYTHING = "priority 300;";

/** Empty chains, made once: a fault is then one small transaction. */
export const lineChains = (): string[] => [
  "add table inet line",
  `add chain inet line entering { type filter hook prerouting ${BEFORE_ANYTHING} }`,
  `add chain inet line passing { type filter hook forward ${BEFORE_ANYTHING} }`,
  `add chain inet line leaving { type filter hook postrouting ${AFTER_ANYTHING} }`,
  "add table arp line",
  "add chain arp line entering { type filter hook input priority 0; }",
  "add chain arp line leaving { type filter hook output priority 0; }",
];

const flushed = [
  "inet line entering",
  "inet line passing",
  "inet line leaving",
  "arp line entering",
  "arp line leaving",
];

/** Sixteen bits of chance are finer than any measurement here. */
const chance = (ratio: number): string => `numgen random mod 65536 < ${Math.round(ratio * 65536)}`;

const dead = (access: string): string[] => [
  `inet line entering iifname "${access}" drop`,
  `inet line leaving oifname "${access}" drop`,
  `arp line entering iifname "${access}" drop`,
  `arp line leaving oifname "${access}" drop`,
];

const lossy = (access: string, ratio: number): string[] => [
  `inet line entering iifname "${access}" ${chance(ratio)} drop`,
  `inet line leaving oifname "${access}" ${chance(ratio)} drop`,
];

const rules = (state: LineState, access: string): string[] => [
  ...(state.dead ? dead(access) : []),
  ...(state.loss > 0 ? lossy(access, Math.min(state.loss, 0.99999)) : []),
  ...(state.blackhole || state.blockedOutbound ? [`inet line passing iifname "${access}" drop`] : []),
  ...(state.blackhole || state.blockedInbound ? [`inet line passing oifname "${access}" drop`] : []),
  ...(state.silent ? [`inet line leaving oifname "${access}" icmpv6 type nd-router-advert drop`] : []),
];

/** The transaction that brings an ISP's chains to a state, whatever they held. */
export const lineCommands = (plan: LabPlan, state: LineState): string[] => [
  ...flushed.map((chain) => `flush chain ${chain}`),
  ...rules(state, accessOf(plan)).map((rule) => `add rule ${rule}`),
];

/** The internet's chain for dead targets. */
export const targetChain = (): string[] => [
  "add table inet targets",
  `add chain inet targets entering { type filter hook prerouting ${BEFORE_ANYTHING} }`,
];

/** The transaction after which exactly the given targets are dead. */
export const targetCommands = (dead: readonly string[]): string[] => [
  "flush chain inet targets entering",
  ...dead.map((address) => `add rule inet targets entering ${isIPv6(address) ? "ip6" : "ip"} daddr ${address} drop`),
];
