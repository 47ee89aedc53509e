import { FAMILIES, type Family } from "../core/family.ts";
import type { Report, SwitchKind } from "../core/report.ts";

/** How often what happened since the daemon's start. */
export interface Tally {
  /** Never throws. */
  count(report: Report): void;
  switches(family: Family, how: SwitchKind): number;
  diverts(family: Family): number;
  /** How often an uplink failed: its verdict became `down`. */
  failures(uplink: string, family: Family): number;
}

/** Every kind of switch. */
export const SWITCH_KINDS = Object.keys({
  chosen: true,
  failover: true,
  failback: true,
  rebalanced: true,
  ordered: true,
} satisfies Record<SwitchKind, true>) as readonly SwitchKind[];

/** Names of uplinks come and go with the config: more than this in one run of the daemon aren't counted by name. */
const UPLINKS_MAX = 1000;

/** Nothing has happened yet. */
export const openTally = (): Tally => {
  const counts = new Map<string, number>();
  const add = (key: string): void => {
    if (counts.has(key) || counts.size < UPLINKS_MAX * FAMILIES.length) counts.set(key, get(key) + 1);
  };
  const get = (key: string): number => counts.get(key) ?? 0;
  return {
    count: (report) => {
      if (report.kind === "switched") add(`switched ${report.family} ${report.how}`);
      if (report.kind === "diverted") add(`diverted ${report.family}`);
      if (report.kind === "verdict-changed" && report.to === "down") add(`down ${report.family} ${report.uplink}`);
    },
    switches: (family, how) => get(`switched ${family} ${how}`),
    diverts: (family) => get(`diverted ${family}`),
    failures: (uplink, family) => get(`down ${family} ${uplink}`),
  };
};
