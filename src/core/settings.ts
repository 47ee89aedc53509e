import type { DetectionSettings } from "./detector/presets.ts";
import type { Family } from "./family.ts";
import type { EssentialSettings } from "./kernel/essential.ts";
import type { PortRange } from "./kernel/kernel.ts";
import type { ShapeSettings } from "./kernel/shaping.ts";
import type { PrefixSettings } from "./kernel/translation.ts";
import type { Target } from "./target/target.ts";

/** The config, resolved: defaults filled in, durations in milliseconds, presets spelled out. */
export interface Settings {
  /** In order of preference. */
  readonly uplinks: readonly UplinkSettings[];
  readonly failover: FailoverSettings;
  readonly scripts: ScriptSettings;
  /** null: there is no Asterisk to care for. */
  readonly asterisk: AsteriskSettings | null;
  /** The first that a packet fits decides. */
  readonly steering: readonly SteeringSettings[];
}

/** Packets whose mark is `mark` in the bits of `mask`, none of which is ours. */
export interface PacketMark {
  readonly mark: number;
  readonly mask: number;
}

/** Traffic that prefers uplinks of its own. It fits all that is said; an empty list or null fits everything. */
export interface SteeringSettings {
  readonly name: string;
  /** Networks, in the kernel's spelling. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** The interface that it comes in by. */
  readonly input: string | null;
  /** IP protocol number. */
  readonly transport: number | null;
  /** What other programs, or the admin's firewall, mark it with. */
  readonly mark: PacketMark | null;
  /** Where it comes from. */
  readonly sourcePorts: readonly PortRange[];
  /** Where it goes. */
  readonly ports: readonly PortRange[];
  /** The uplinks' names, the best first. */
  readonly over: readonly string[];
  /** Where it goes while none of them works: with everybody else, or nowhere. */
  readonly otherwise: "default" | "refuse";
}

/** An Asterisk whose calls count. */
export interface AsteriskSettings {
  /** Whether a failback waits for the end of its calls. */
  readonly activeCalls: "wait" | "ignore";
  /** For so long (ms) at the most. */
  readonly maxWaitMs: number;
  readonly access: AsteriskAccess;
}

/** How Asterisk is asked: over its manager interface, or by its own program (its absolute path). */
export type AsteriskAccess =
  | {
      readonly kind: "manager";
      readonly host: string;
      readonly port: number;
      readonly user: string;
      /** The file whose first line is the secret. */
      readonly secretFile: string;
    }
  | { readonly kind: "program"; readonly path: string };

/** The admin's scripts, by absolute path; null, or a file that isn't there: none. */
export interface ScriptSettings {
  /** Called after each switch, with AstLinux's six arguments. */
  readonly change: string | null;
  /** Asked before traffic goes back by itself; another exit code than 0 keeps it where it is. */
  readonly allowFailback: string | null;
  /** A script that runs longer (ms) is ended. */
  readonly timeoutMs: number;
}

/** One uplink. */
export interface UplinkSettings {
  readonly name: string;
  /** null: the one whose network holds the gateway. */
  readonly interface: string | null;
  /** Preference class, 1 is best; uplinks of one tier share traffic by weight. */
  readonly tier: number;
  /** 1..256. */
  readonly weight: number;
  readonly metered: boolean;
  /** What it may carry in a calendar month (octets, both directions together); null: as much as one likes. */
  readonly cap: number | null;
  /** What alone may use it while it stands in for a better one; null: everything. */
  readonly essential: EssentialSettings | null;
  readonly families: Readonly<Record<Family, UplinkFamilySettings>>;
  /** IPv4 networks whose packets are masqueraded as they leave here, even where nothing else is. */
  readonly foreign: readonly string[];
  /** Addresses of the DNS servers to use while this uplink carries traffic, in order; empty: it has none. */
  readonly dns: readonly string[];
  /** How its egress is shaped; null: not by us. */
  readonly shape: ShapeSettings | null;
  /** IPv6 prefix translation, null for none. */
  readonly prefixes: PrefixSettings | null;
  readonly detection: DetectionSettings;
}

/** One uplink in one address family. */
export interface UplinkFamilySettings {
  /** external: somebody else configures it and we learn. static: we do. dhcp: we do, with what a DHCP client of ours is lent. none: this family is not used on this uplink. */
  readonly method: "external" | "static" | "dhcp" | "none";
  /** What the interface is given; null unless method is static. */
  readonly address: OwnAddress | null;
  /** Overrides what is learned. */
  readonly gateway: string | null;
  /** Masquerade what leaves here. */
  readonly masquerade: boolean;
  /** What is probed through this uplink; never empty unless method is none. */
  readonly targets: readonly Target[];
  /** Addresses of the DNS servers that are asked, through this uplink, for the addresses of targets that have names. */
  readonly resolvers: readonly string[];
  /** Destinations that always take this uplink: `192.168.5.0/24`, in the kernel's spelling. */
  readonly routes: readonly string[];
}

/** An address and the network around it. */
export interface OwnAddress {
  readonly address: string;
  /** 0..32 or 0..128. */
  readonly prefixLength: number;
}

/** What uplinks of one tier share: each connection takes one of them, or all connections of a host in the LAN take the same. */
export type Sharing = "connection" | "host";

/** When to switch, and what becomes of running flows. */
export interface FailoverSettings {
  /** No failback sooner than this after a failover. */
  readonly holdAfterFailoverMs: number;
  /** No voluntary switch sooner than this after a failback. */
  readonly holdAfterFailbackMs: number;
  readonly failback: "auto" | "manual";
  /** Whether suspicion moves new flows (stage 1). */
  readonly divert: boolean;
  /** After a failback, running flows stay where they began for so long, then follow; null: for ever. */
  readonly drainMs: number | null;
  readonly share: Sharing;
  /** What SIGTERM does to the kernel's state. */
  readonly onStop: "keep" | "restore";
  readonly rehearse: RehearsalSettings;
}

/** Failovers that are rehearsed at night. */
export interface RehearsalSettings {
  readonly when: "never" | "daily" | "weekly" | "monthly";
  readonly forMs: number;
  /** What is fetched over the standby: `http://HOST/PATH`. */
  readonly page: string;
}
