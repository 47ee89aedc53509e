import { FAMILIES, type Family, familyName } from "../family.ts";
import { type KernelState, MAIN_TABLE, type Route } from "../kernel/kernel.ts";
import { type Candidate, candidates } from "../policy/candidate.ts";
import { byPreference, leadOf, mainFamily } from "../policy/lead.ts";
import type { Rehearsed } from "../rehearsal.ts";
import type { SwitchKind } from "../report.ts";
import type { State, UplinkState } from "../state.ts";
import { isOnline } from "../status.ts";
import { type Usage, usageOf } from "../usage.ts";

/** What people are told about: the state as far as a message needs it. */
export interface View {
  /** Some family has a working uplink. */
  readonly online: boolean;
  /** "The" active uplink; null before the first choice. */
  readonly lead: string | null;
  /** The preferred uplink. */
  readonly primary: string;
  /** How the lead came to be it, and why. */
  readonly how: SwitchKind | null;
  readonly reason: string;
  readonly uplinks: readonly UplinkView[];
  /** A failover is being rehearsed; and the last rehearsal, null before. */
  readonly rehearsing: boolean;
  readonly rehearsed: Rehearsed | null;
}

/** One uplink, in the family that speaks for both. */
export interface UplinkView {
  readonly name: string;
  readonly interface: string;
  readonly tier: number;
  /** null: not decided, or in doubt. */
  readonly works: boolean | null;
  /** What it has used of its cap; null where it has none, or nothing was counted. */
  readonly usage: Usage | null;
  /** Why it is as it is. */
  readonly reason: string;
  /** `IPv4 192.0.2.2, gateway 192.0.2.1`, a line each. */
  readonly addresses: readonly string[];
  /** Its default routes in table main, as `ip route` shows them. */
  readonly routes: readonly string[];
}

/** What there is to tell of a state. Pure; never throws. */
export const viewOf = (state: State): View => {
  const { how, reason } = state.families[mainFamily(state)];
  return {
    online: isOnline(state),
    lead: leadOf(state)?.settings.name ?? null,
    primary: byPreference(state.uplinks)[0]?.settings.name ?? "",
    how,
    reason,
    rehearsing: state.rehearsal.running !== null,
    rehearsed: state.rehearsal.last,
    uplinks: byPreference(state.uplinks).map((uplink) => uplinkView(state, uplink)),
  };
};

const uplinkView = (state: State, uplink: UplinkState): UplinkView => {
  const { name, tier } = uplink.settings;
  const device = uplink.device?.name ?? "";
  const family = [mainFamily(state), ...FAMILIES].find((one) => uplink.families[one] !== null) ?? "ipv4";
  const [own] = candidates([uplink], family);
  return {
    name,
    interface: device,
    tier,
    usage: usageOf(state.usage, uplink.settings),
    works: own === undefined ? null : worksOf(own, leadOf(state) === uplink),
    reason: own?.reason ?? "disabled",
    addresses: FAMILIES.flatMap((one) => addressLine(uplink, one)),
    routes: state.kernel === null ? [] : routesOf(state.kernel, device),
  };
};

/** A suspicion may pass, and an uplink in hold-down hasn't proven itself yet: no standby, and in doubt where it has to serve. */
const WORKS = { up: true, down: false, "hold-down": false, suspect: null, unknown: null } as const;

const worksOf = ({ verdict }: Candidate, isLead: boolean): boolean | null =>
  verdict === "hold-down" && isLead ? null : WORKS[verdict];

const addressLine = (uplink: UplinkState, family: Family): readonly string[] => {
  const path = uplink.families[family]?.path;
  if (!path?.usable) return [];
  const gateway = path.gateway === null ? "no gateway" : `gateway ${path.gateway}`;
  return [`${familyName(family)} ${path.addresses.join(", ")}, ${gateway}`];
};

const routesOf = ({ links, routes }: KernelState, device: string): readonly string[] => {
  const link = links.find(({ name }) => name === device)?.index;
  return routes
    .filter(({ table, hops }) => table === MAIN_TABLE && hops.some((hop) => hop.link === link))
    .map((route) => routeLine(route, device));
};

const routeLine = ({ destination, hops, metric }: Route, device: string): string => {
  const gateway = hops.find((hop) => hop.gateway !== null)?.gateway;
  return `${destination} ${gateway === undefined ? "" : `via ${gateway} `}dev ${device} metric ${metric}`;
};
