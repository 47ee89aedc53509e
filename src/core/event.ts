import type { LeaseWords } from "./client/lease.ts";
import type { Family } from "./family.ts";
import type { EditFailure, KernelState } from "./kernel/kernel.ts";
import type { Settings } from "./settings.ts";

/** Everything that can happen to the daemon. The journal of these, with their times, replays every decision. */
export type Event =
  /** The deadline has come (or an early wake-up, which changes nothing). */
  | { readonly kind: "tick" }
  /** A valid config was loaded; the first of all events, and each reload. */
  | { readonly kind: "configured"; readonly settings: Settings }
  /** The kernel's state was read anew. */
  | { readonly kind: "kernel-read"; readonly kernel: KernelState }
  /** The kernel's state may have changed; what changed is unknown. */
  | { readonly kind: "kernel-changed" }
  /** Edits were carried out. `firewall`: our table as nft lists it now, undefined if it wasn't touched. */
  | {
      readonly kind: "kernel-edited";
      readonly failures: readonly EditFailure[];
      readonly firewall: string | null | undefined;
    }
  /** A gateway's neighbour entry went to NUD_FAILED: it was asked several times and never answered. */
  | { readonly kind: "gateway-unresolved"; readonly link: number; readonly address: string }
  /** A gateway was asked just now whether it is there … */
  | { readonly kind: "gateway-asked"; readonly link: number; readonly address: string }
  /** … and has answered: its neighbour entry went to NUD_REACHABLE. */
  | { readonly kind: "gateway-resolved"; readonly link: number; readonly address: string }
  /** The answer to a probe. `rttMs`: from kernel time stamps. */
  | ({ readonly kind: "probe-replied"; readonly rttMs: number } & ProbeOutcome)
  /** A captive portal answered the probe in its target's place. `by`: how that shows, for people. */
  | ({ readonly kind: "probe-intercepted"; readonly rttMs: number; readonly by: string } & ProbeOutcome)
  /** A probe that could not be sent, was answered by an ICMP error, or failed otherwise. `error`: how, for people. */
  | ({ readonly kind: "probe-refused"; readonly error: string } & ProbeOutcome)
  /** User packets since the reading before, of the uplinks where there were any. */
  | { readonly kind: "traffic-counted"; readonly counts: readonly TrafficCount[] }
  | ScriptEnded
  /** An uplink is shaped, or isn't. `problem`: why not by CAKE, or not at all; null if nothing went wrong. */
  | {
      readonly kind: "uplink-shaped";
      readonly uplink: string;
      readonly by: "cake" | "htb" | null;
      readonly problem: string | null;
    }
  | ClientEvent
  /** The machine's resolver was told whom to ask. `problem`: what went wrong, in a sentence; null if nothing. */
  | { readonly kind: "resolvers-used"; readonly problem: string | null }
  | AsteriskAnswered
  | UsageCounted
  | HourStruck
  | WayChecked
  /** An order by a person or a program; answered by the command `answer-order` with the same id. */
  | { readonly kind: "ordered"; readonly id: number; readonly order: Order };

/** Which probe an outcome is about. */
export interface ProbeOutcome {
  readonly uplink: string;
  readonly family: Family;
  readonly seq: number;
}

/** About the DHCP client of an uplink and family. */
export type ClientEvent =
  /** `what`: bound, renew, nak, leasefail, deconfig (udhcpc); BOUND6, RENEW6, REBIND6, EXPIRE6 and the like (dhclient). */
  | ({ readonly kind: "client-told"; readonly what: string; readonly words: LeaseWords } & ClientPlace)
  /** It ended by itself, or could not be started. `problem`: one clause. */
  | ({ readonly kind: "client-ended"; readonly problem: string } & ClientPlace);

/** Which client. */
export interface ClientPlace {
  readonly uplink: string;
  readonly family: Family;
}

/** The admin's scripts, as the config names them. */
export type ScriptName = "change" | "allowFailback";

/** A script has ended, or was never begun. */
export interface ScriptEnded {
  readonly kind: "script-ended";
  readonly script: ScriptName;
  readonly outcome:
    | { readonly kind: "exited"; readonly code: number }
    /** There is no such file, or it isn't executable. */
    | { readonly kind: "absent" }
    /** It couldn't be begun, or a signal ended it, ours after its time was over. */
    | { readonly kind: "failed"; readonly problem: string };
}

/** Asterisk has answered, or can't be asked. */
export interface AsteriskAnswered {
  readonly kind: "asterisk-answered";
  readonly question: "calls" | "register";
  /** How many calls are active; 0 where that wasn't asked or isn't known. */
  readonly calls: number;
  /** Why it gave no answer, in a sentence; null if it did. */
  readonly problem: string | null;
}

/** A local hour has begun, or the daemon has. */
export interface HourStruck {
  readonly kind: "hour-struck";
  /** Days since 1970, local. */
  readonly day: number;
  /** 0..23 */
  readonly hour: number;
  /** Of this machine, from 0: so that not all do the same at the same time. */
  readonly spread: number;
}

/** The way over an uplink was used as a client would. */
export interface WayChecked {
  readonly kind: "way-checked";
  readonly uplink: string;
  /** What was wrong, a clause each; empty: nothing. */
  readonly problems: readonly string[];
}

/** What the uplinks with a cap have carried since the calendar month began, earlier runs included. */
export interface UsageCounted {
  readonly kind: "usage-counted";
  /** `2026-10` */
  readonly month: string;
  /** Octets in both directions, as the interfaces count them. */
  readonly uplinks: readonly { readonly uplink: string; readonly bytes: number }[];
}

/** User packets of one uplink and family since the reading before. */
export interface TrafficCount {
  /** The uplink's number. */
  readonly number: number;
  readonly family: Family;
  /** Packets that left in flows begun from our side. */
  readonly sent: number;
  /** Packets that came in as replies to such flows. */
  readonly received: number;
}

/** What a person or a program may ask for. */
export type Order =
  /** Force traffic onto an uplink (null: the best standby) for a while (null: as long as `holdAfterFailover`). */
  | { readonly kind: "test"; readonly uplink: string | null; readonly forMs: number | null }
  /** End a test or a hold now. */
  | { readonly kind: "failback" }
  /** Pin an uplink by hand; null lets the policy decide again. */
  | { readonly kind: "use"; readonly uplink: string | null };
