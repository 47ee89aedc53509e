import type { Client } from "./client/client.ts";
import { learn } from "./detector/detect.ts";
import type { Learned } from "./detector/detector.ts";
import { FAMILIES, type Family } from "./family.ts";
import type { RehearsalState } from "./rehearsal.ts";
import type { SwitchKind } from "./report.ts";
import type { UplinkSettings } from "./settings.ts";
import type { Drain, FamilyState, State, Test, UplinkState } from "./state.ts";
import type { UsageState } from "./usage.ts";

/** What outlives the process (not the machine: times are monotonic since boot). */
export interface Memory {
  readonly version: 1;
  readonly uplinks: Readonly<Record<string, UplinkMemory>>;
  readonly families: Readonly<Record<Family, FamilyMemory>>;
  readonly pin: string | null;
  readonly test: Test | null;
  /** People were told that every uplink is down; missing in older memories. */
  readonly offline?: boolean;
  /** The uplink that the script `change` was last told of; missing in older memories. */
  readonly told?: string | null;
  /** The steps of their caps of which people were told, by uplink; missing in older memories. */
  readonly capsTold?: UsageState["told"];
  /** Missing in older memories. */
  readonly rehearsal?: Pick<RehearsalState, "begunOn" | "last">;
  /** The interfaces of which systemd-resolved may have been told; missing in older memories. */
  readonly resolverLinks?: readonly string[];
  readonly originalSysctls: Readonly<Record<string, string>>;
}

/** What to keep of an uplink. */
export interface UplinkMemory {
  /** 1..31. */
  readonly number: number;
  /** What DHCP clients brought; missing in older memories. */
  readonly lent?: Readonly<Partial<Record<Family, KeptLease>>>;
  readonly learned: Readonly<Partial<Record<Family, Learned>>>;
  /** Where its flows wait to be flushed since it failed; missing in older memories. */
  readonly unflushed?: readonly Family[];
}

/** What a DHCP client brought, and the interface that it is for. */
export interface KeptLease extends Pick<Client, "lease" | "delegation"> {
  readonly interface: string;
}

/** What to keep of a family's choice. */
export interface FamilyMemory {
  readonly active: readonly string[];
  readonly since: number;
  readonly how: SwitchKind | null;
  readonly reason: string;
  readonly holdUntil: number;
  readonly drains: readonly Drain[];
}

/** What to keep of a state. Never throws. */
export const remember = (state: State, now: number): Memory => ({
  version: 1,
  uplinks: Object.fromEntries(state.uplinks.map((uplink) => [uplink.settings.name, rememberUplink(uplink, now)])),
  families: { ipv4: rememberFamily(state.families.ipv4), ipv6: rememberFamily(state.families.ipv6) },
  pin: state.pin,
  test: state.test,
  offline: state.offline,
  told: state.scripts.told,
  capsTold: state.usage.told,
  rehearsal: { begunOn: state.rehearsal.begunOn, last: state.rehearsal.last },
  resolverLinks: state.uplinks.flatMap(({ settings, device }) =>
    (settings.dns.length > 0 || hasClient(settings)) && device !== null ? [device.name] : [],
  ),
  originalSysctls: state.originalSysctls,
});

const hasClient = ({ families }: UplinkSettings): boolean =>
  FAMILIES.some((family) => families[family].method === "dhcp");

const rememberUplink = (uplink: UplinkState, now: number): UplinkMemory => ({
  number: uplink.number,
  lent: Object.fromEntries(
    FAMILIES.flatMap((family) => {
      const client = uplink.clients[family];
      if (client === null || uplink.device === null) return [];
      const { lease, delegation } = client;
      return lease === null && delegation === null
        ? []
        : [[family, { interface: uplink.device.name, lease, delegation } satisfies KeptLease]];
    }),
  ),
  learned: Object.fromEntries(
    FAMILIES.flatMap((family) => {
      const monitor = uplink.families[family];
      return monitor === null ? [] : [[family, learn(monitor.detector, now)]];
    }),
  ),
  unflushed: FAMILIES.filter((family) => uplink.families[family]?.unflushed),
});

const rememberFamily = ({ active, since, how, reason, holdUntil, drains }: FamilyState): FamilyMemory => ({
  active,
  since,
  how,
  reason,
  holdUntil,
  drains,
});
