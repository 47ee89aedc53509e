import type { Order } from "../../src/core/event.ts";
import { FAMILIES } from "../../src/core/family.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { Happening } from "../sim/happening.ts";

/** For good. */
export const FOREVER = Number.POSITIVE_INFINITY;

/** The line swallows everything, in both families. */
export const blackhole = (uplink: string, forMs: number = FOREVER): Happening => ({
  kind: "blackhole",
  uplink,
  families: FAMILIES,
  forMs,
});

/** A captive portal answers web requests. */
export const portal = (uplink: string, forMs: number = FOREVER): Happening => ({ kind: "portal", uplink, forMs });

/** The cable is pulled. */
export const carrierLost = (uplink: string, forMs: number = FOREVER): Happening => ({
  kind: "carrier-lost",
  uplink,
  forMs,
});

/** kill -9, and a start after a while. */
export const killed = (memory: "kept" | "lost", forMs: number): Happening => ({ kind: "killed", memory, forMs });

export const ordered = (order: Order): Happening => ({ kind: "ordered", order });

export const reloaded = (settings: Settings): Happening => ({ kind: "reloaded", settings });
