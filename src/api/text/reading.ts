import { FAMILIES, type Family } from "../../core/family.ts";
import type { StatusAnswer } from "../contract.ts";

/** The daemon's state as the API tells it. */
export type Status = StatusAnswer["status"];
export type FamilyStatus = Status["families"][Family];
export type UplinkStatus = Status["uplinks"][number];
export type UplinkFamilyStatus = NonNullable<UplinkStatus["families"][Family]>;

/** What an uplink does in a family at this moment. */
export type Role = "carries" | "in doubt" | "stands in" | "drains" | "idle";

/** Never throws. */
export const roleOf = ({ active, carrying, drains }: FamilyStatus, name: string): Role => {
  if (carrying.includes(name)) return active.includes(name) ? "carries" : "stands in";
  if (active.includes(name)) return "in doubt";
  return drains.some(({ uplink }) => uplink === name) ? "drains" : "idle";
};

const hasPath = (one: UplinkFamilyStatus | null): boolean =>
  one !== null && (one.gateway !== null || one.addresses.length > 0 || one.verdict === "up");

/** It works, but badly, or not for its users. */
export const isDegraded = ({ degraded }: UplinkFamilyStatus): boolean =>
  degraded.loss || degraded.latency || degraded.portal;

/** No uplink has this family, though one has the other: it isn't broken, it just isn't there. */
export const isAbsent = ({ families, uplinks }: Status, family: Family): boolean => {
  const somewhere = (one: Family): boolean => uplinks.some((uplink) => hasPath(uplink.families[one]));
  return families[family].active.length === 0 && !somewhere(family) && FAMILIES.some(somewhere);
};

/** This uplink alone lacks the family, while it works in the other. */
export const isLacking = ({ families }: UplinkStatus, family: Family): boolean =>
  !hasPath(families[family]) && FAMILIES.some((other) => other !== family && families[other]?.verdict === "up");

/** Some uplink in use works, as far as is known, or answers again. */
export const isServed = ({ families, uplinks }: Status, family: Family): boolean =>
  uplinks.some(({ name, families: of }) => {
    const one = of[family];
    return families[family].active.includes(name) && one !== null && one.verdict !== "down";
  });

/** How long the flows of an uplink may still stay on it. */
export const drainLeftMs = ({ drains }: FamilyStatus, name: string): number =>
  Math.max(0, ...drains.filter(({ uplink }) => uplink === name).map(({ leftMs }) => leftMs));
