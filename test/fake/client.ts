import { type Client, newClient } from "../../src/core/client/client.ts";
import { noteClient } from "../../src/core/client/told.ts";
import type { Family } from "../../src/core/family.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { kernelState } from "./kernel-state.ts";
import { FIBER, LTE, settingsOf } from "./settings.ts";

/** `lte`, whose addresses of a family a client brings. */
export const leasedLte = (family: Family, changes: Partial<UplinkSettings> = {}): UplinkSettings => ({
  ...LTE,
  ...changes,
  families: { ...LTE.families, [family]: { ...LTE.families[family], method: "dhcp" } },
});

/** Just started with `fiber` and this one. */
export const begunWith = (lte: UplinkSettings, kernel = kernelState()): State => ({
  ...start({ settings: settingsOf([FIBER, lte]), memory: null, seed: 1, now: 0 }),
  kernel,
});

/** What is known of the client of `lte` in a family. */
export const clientOf = (state: State, family: Family): Client =>
  state.uplinks[1]?.clients[family] ?? newClient({ lease: null, delegation: null });

/** The client of `lte` has run its script: for `what`, with these variables. */
export const clientTold = (
  state: State,
  told: {
    readonly family: Family;
    readonly what: string;
    readonly words: Readonly<Record<string, string>>;
    readonly now: number;
  },
): State => {
  const { now, ...rest } = told;
  return noteClient(state, { kind: "client-told", uplink: "lte", ...rest }, now).state;
};
