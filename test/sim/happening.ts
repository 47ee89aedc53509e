import type { Order } from "../../src/core/event.ts";
import type { Family } from "../../src/core/family.ts";
import type { Settings } from "../../src/core/settings.ts";

/** What can happen to the world, as data: printed, repeated, left out one by one. `forMs`: Infinity is for good. */
export type Happening =
  /** The line swallows everything. */
  | {
      readonly kind: "blackhole";
      readonly uplink: string;
      readonly families: readonly Family[];
      readonly forMs: number;
    }
  /** Ratios of packets that are lost on the way out and on the way in. */
  | {
      readonly kind: "loss";
      readonly uplink: string;
      readonly out: number;
      readonly in: number;
      readonly forMs: number;
    }
  /** A captive portal answers web requests; the rest passes. */
  | { readonly kind: "portal"; readonly uplink: string; readonly forMs: number }
  | { readonly kind: "delay"; readonly uplink: string; readonly addedMs: number; readonly forMs: number }
  | { readonly kind: "targets-dead"; readonly targets: readonly string[]; readonly forMs: number }
  | { readonly kind: "carrier-lost"; readonly uplink: string; readonly forMs: number }
  | { readonly kind: "switched-off"; readonly uplink: string; readonly forMs: number }
  /** It returns with another index. */
  | { readonly kind: "interface-removed"; readonly uplink: string; readonly forMs: number }
  | { readonly kind: "interface-renamed"; readonly uplink: string; readonly forMs: number }
  | { readonly kind: "address-lost"; readonly uplink: string; readonly family: Family; readonly forMs: number }
  /** Nobody announces the gateway any more: a deleted route, or router advertisements that cease. */
  | { readonly kind: "gateway-lost"; readonly uplink: string; readonly family: Family; readonly forMs: number }
  /** The DHCP client deletes its default and adds one with another gateway a moment later. */
  | { readonly kind: "lease-renewed"; readonly uplink: string; readonly gateway: string; readonly gapMs: number }
  /** Somebody adds a default through an uplink's gateway. */
  | { readonly kind: "foreign-default"; readonly uplink: string; readonly metric: number; readonly forMs: number }
  /** Somebody damages what is ours. */
  | { readonly kind: "tampered"; readonly what: Damage; readonly family: Family }
  /** Somebody does so again and again. */
  | {
      readonly kind: "fought";
      readonly what: Damage;
      readonly family: Family;
      readonly everyMs: number;
      readonly forMs: number;
    }
  /** The kernel refuses to put routes. */
  | { readonly kind: "routes-refused"; readonly code: string; readonly forMs: number }
  | { readonly kind: "hints-lost"; readonly forMs: number }
  | { readonly kind: "hints-late"; readonly byMs: number; readonly forMs: number }
  | { readonly kind: "stalled"; readonly forMs: number; readonly tickFirst: boolean }
  /** kill -9, and a start after `forMs`. */
  | { readonly kind: "killed"; readonly memory: "kept" | "lost"; readonly forMs: number }
  | { readonly kind: "reloaded"; readonly settings: Settings }
  | { readonly kind: "ordered"; readonly order: Order }
  /** An hour of the night strikes, on some day. */
  | { readonly kind: "hour"; readonly day: number; readonly hour: number }
  | { readonly kind: "gateway-unresolved"; readonly uplink: string; readonly family: Family };

export type Damage =
  | "main-route-deleted"
  | "main-route-changed"
  | "uplink-tables-flushed"
  | "rule-deleted"
  | "rules-flushed"
  | "firewall-deleted"
  | "firewall-changed"
  | "sysctls-reset";

/** When what happens, in milliseconds from the start. */
export type Script = readonly (readonly [at: number, happening: Happening])[];
