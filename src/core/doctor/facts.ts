import type { Family } from "../family.ts";
import type { Address, Link, Route } from "../kernel/kernel.ts";
import type { Settings } from "../settings.ts";

/** All that is read from the machine before it is examined. What could not be read is null, empty or missing. */
export interface MachineFacts {
  /** null where there is no valid config. */
  readonly settings: Settings | null;
  readonly links: readonly MachineLink[];
  readonly addresses: readonly Address[];
  /**
   * Of table main, the default routes, those to an eighth of all addresses or more, and those that hold a target; all of
   * tables 8700-8731; the default routes of every other table.
   */
  readonly routes: readonly Route[];
  readonly rules: readonly MachineRule[];
  /** Values by name below `/proc/sys`, with `/` between the parts. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Nobody can change those below `/proc/sys/net` here: a container's is mounted read-only. */
  readonly sysctlsReadOnly: boolean;
  readonly capabilities: Capabilities | null;
  readonly modules: Readonly<Record<FeatureModule, ModuleState>>;
  readonly nft: NftFacts;
  readonly iptables: IptablesFacts;
  /** Names of the programs that run in this network namespace, as in `/proc/PID/comm`: 15 characters at the most. */
  readonly programs: readonly string[];
  /** Whether the program is installed that asks for leases: udhcpc, dhclient. */
  readonly dhcpClients: Readonly<Record<Family, boolean>>;
  /** systemd-networkd's own settings, in the order in which it reads them: what comes later counts. */
  readonly networkdSettings: readonly string[];
  readonly daemon: DaemonFacts;
  /** What could not be read although it should, one sentence each. */
  readonly unreadable: readonly string[];
}

/** A network interface, with what it belongs to. */
export interface MachineLink extends Link {
  /** The index of the bridge, bond, team or VRF that it belongs to, null for none. */
  readonly master: number | null;
  /** `IFLA_INFO_KIND`: bridge, bond, vrf, wireguard …; null where the driver has none. */
  readonly kind: string | null;
}

/** A policy rule that looks up a table, whoever made it. */
export interface MachineRule {
  readonly family: Family;
  readonly priority: number;
  readonly protocol: number;
  /** 0 and 0 where it doesn't ask for a mark. */
  readonly mark: number;
  readonly mask: number;
  readonly table: number;
  readonly suppressPrefixLength: number | null;
  /** It takes an unmarked packet from anywhere to anywhere. */
  readonly general: boolean;
}

/** `CAP_NET_ADMIN` and `CAP_NET_RAW` in the effective set of this process. */
export interface Capabilities {
  readonly netAdmin: boolean;
  readonly netRaw: boolean;
}

/** Parts of the kernel that may be modules. */
export type FeatureModule = "nf_conntrack" | "nf_conntrack_netlink" | "nf_tables";

/** present: loaded or built in. loadable: the kernel loads it when it is first used. unknown: no list of modules is here. */
export type ModuleState = "present" | "loadable" | "missing" | "unknown";

/** What there is of nftables. */
export interface NftFacts {
  readonly library: boolean;
  readonly command: boolean;
  /** What `nft --json --terse list ruleset` prints. */
  readonly listing: string | null;
  /** Why there is no listing, in nft's words. */
  readonly problem: string | null;
}

/** What there is of iptables, old and new. */
export interface IptablesFacts {
  /** Tables of the old iptables, from `/proc/net/ip_tables_names` and `ip6_tables_names`. */
  readonly legacyTables: Readonly<Record<Family, readonly string[]>>;
  /** What `iptables-save` and its like print. */
  readonly listings: readonly IptablesListing[];
}

/** The rules of one family as a tool printed them. */
export interface IptablesListing {
  readonly family: Family;
  readonly text: string;
}

/** What there is of our own daemon. */
export interface DaemonFacts {
  /** It answers on its socket. */
  readonly running: boolean;
  /** A state file is there: it ran before. */
  readonly ranBefore: boolean;
}
