import type { Client } from "./client/client.ts";
import type { DetectorState } from "./detector/detect.ts";
import type { Family } from "./family.ts";
import type { Edit, EditFailure, KernelState } from "./kernel/kernel.ts";
import type { Shaper } from "./kernel/shaping.ts";
import type { PrefixPair } from "./kernel/translation.ts";
import type { Device } from "./path/device.ts";
import type { Gateway } from "./path/gateway.ts";
import type { Path } from "./path/path.ts";
import type { Steered } from "./policy/steer.ts";
import type { RehearsalState } from "./rehearsal.ts";
import type { SwitchKind } from "./report.ts";
import type {
  AsteriskSettings,
  FailoverSettings,
  ScriptSettings,
  SteeringSettings,
  UplinkSettings,
} from "./settings.ts";
import type { TargetNote } from "./target/target-note.ts";
import type { UsageState } from "./usage.ts";

/** All that the daemon knows: plain data, replaced and never changed. */
export interface State {
  readonly failover: FailoverSettings;
  readonly scriptSettings: ScriptSettings;
  /** In the config's order. */
  readonly uplinks: readonly UplinkState[];
  /** Numbers whose uplink is configured no more, or on another interface: flows with their marks wait to be flushed. */
  readonly abandoned: readonly number[];
  readonly families: Readonly<Record<Family, FamilyState>>;
  /** null until the first reading. */
  readonly kernel: KernelState | null;
  /** The uplink pinned by hand. */
  readonly pin: string | null;
  /** Every uplink is down, and people were told. */
  readonly offline: boolean;
  readonly test: Test | null;
  readonly scripts: ScriptsState;
  readonly resolvers: ResolversState;
  /** By the uplink's name. */
  readonly shapers: Readonly<Record<string, Shaper>>;
  readonly asterisk: AsteriskSettings | null;
  readonly steering: readonly SteeringSettings[];
  readonly calls: CallsState;
  readonly usage: UsageState;
  readonly rehearsal: RehearsalState;
  readonly upkeep: Upkeep;
  /** Values that sysctls had before we changed them, for `reset`. */
  readonly originalSysctls: Readonly<Record<string, string>>;
  /** Drives the detectors' random numbers. */
  readonly seed: number;
  /** When time alone may change a decision; Infinity if never. */
  readonly reviewAt: number;
}

/** A failover forced in software. */
export interface Test {
  readonly uplink: string;
  readonly until: number;
}

/** What the local resolver was told. */
export interface ResolversState {
  /** The command that was given last, as text; null before the first. */
  readonly told: string | null;
  /** What went wrong with it, in a sentence; null if nothing. */
  readonly problem: string | null;
  /** When to try again what went wrong; Infinity if nothing did. */
  readonly retryAt: number;
}

/** What the admin's scripts were told and asked. */
export interface ScriptsState {
  /** The uplink that `change` was last told of, null before the first. */
  readonly told: string | null;
  /** Whether `change` runs now. */
  readonly changing: boolean;
  /** What went wrong with it the last time, in a sentence; null if it ended well. */
  readonly problem: string | null;
  readonly gate: Gate;
}

/** The script `allowFailback`. */
export interface Gate {
  /** Whether it runs now. */
  readonly asking: boolean;
  /** Its permission holds until then; 0 if there is none. */
  readonly allowedUntil: number;
  readonly askAgainAt: number;
  /** What it said against the failback, null if nothing. */
  readonly refusal: string | null;
}

/** What Asterisk was asked, and what it said. */
export interface CallsState {
  /** Whether it is being asked for its calls. */
  readonly asking: boolean;
  /** It had no calls: that holds until then; 0 if it is not known. */
  readonly allowedUntil: number;
  readonly askAgainAt: number;
  /** How many calls it had when it was last asked. */
  readonly active: number;
  /** Since when a failback has waited for it, null if none does. */
  readonly waitingSince: number | null;
  /** The uplink over which it was last registered; null before the first choice. */
  readonly lead: string | null;
  /** Why it couldn't be asked, in a sentence; null if it could. */
  readonly problem: string | null;
}

/** One uplink. */
export interface UplinkState {
  readonly settings: UplinkSettings;
  /** The interface that it uses; where the config names none, the last that was found, null before. */
  readonly device: Device | null;
  /** null unless the family's method is dhcp. */
  readonly clients: Readonly<Record<Family, Client | null>>;
  /** 1..31, kept while the name is configured: it is in the marks of running flows. */
  readonly number: number;
  /** IPv6 prefixes that stand for each other as packets cross it. */
  readonly prefixes: readonly PrefixPair[];
  /** Running IPv6 flows were translated with prefixes, or to an address, that aren't right: they wait to be flushed. */
  readonly mistranslated: boolean;
  /** null: this family is disabled on this uplink. */
  readonly families: Readonly<Record<Family, Monitor | null>>;
}

/** What is known of one uplink in one family. */
export interface Monitor {
  readonly path: Path;
  readonly detector: DetectorState;
  /** What its gateway says; null where nobody knows, and on a point-to-point link. */
  readonly gateway: Gateway | null;
  /** The newest probes, oldest first, at most `RECENT_PROBES`. */
  readonly recent: readonly Sample[];
  /** What is known of each target beyond its silence, in the settings' order. */
  readonly notes: readonly TargetNote[];
  /** Its flows were not yet flushed since it failed, or since a captive portal holds it. */
  readonly unflushed: boolean;
  /** Carries new flows now. */
  readonly carrying: boolean;
}

/** One probe and its outcome. */
export interface Sample {
  readonly seq: number;
  /** Its place in the settings. */
  readonly target: number;
  readonly sentAt: number;
  /** null: unanswered so far. */
  readonly rttMs: number | null;
}

/** What was decided for one family. */
export interface FamilyState {
  /** The uplinks that are officially in use; several where a tier is shared. */
  readonly active: readonly string[];
  /** The uplinks that new flows take; differs from `active` during a divert. */
  readonly carrying: readonly string[];
  /** Where each steering of the config leads, in its order; null: it says nothing about this family. */
  readonly steered: readonly (Steered | null)[];
  /** When `active` was last changed, and why. */
  readonly since: number;
  readonly how: SwitchKind | null;
  readonly reason: string;
  /** No voluntary switch before this. */
  readonly holdUntil: number;
  /** A person has just asked for the failback: hold and `failback: manual` are waived in this step, and in no later one. */
  readonly failbackGranted: boolean;
  /** Why a better uplink is not used yet; null if there is none. */
  readonly waiting: string | null;
  /** Uplinks that were left although they work, at a failback or after a divert: their flows may stay until `at`. */
  readonly drains: readonly Drain[];
}

/** Flows that may stay for a while. */
export interface Drain {
  readonly uplink: string;
  readonly at: number;
}

/** How the upkeep of the kernel's state goes. */
export interface Upkeep {
  /** The ruleset that we loaded and how nft lists it; `listing` null while unknown. */
  readonly firewall: { readonly ruleset: string; readonly listing: string | null } | null;
  /** What the kernel refused, not tried again before `retryAt`. */
  readonly failures: readonly EditFailure[];
  readonly retryAt: number;
  readonly backoffMs: number;
  /** When the latest mendings happened, to notice a fight with another program. */
  readonly mendings: readonly number[];
  /** The kernel is read again at this time at the latest. */
  readonly readAt: number;
  /** When we last asked for a reading, and whether it is still to come. */
  readonly askedAt: number;
  readonly reading: boolean;
  /** The edits whose outcome is awaited; until then nothing else is edited, and a reading may be older than they are. */
  readonly underway: readonly Edit[];
}
