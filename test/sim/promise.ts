import type { UplinkSettings } from "../../src/core/settings.ts";
import type { Way } from "./lookup.ts";

/** Throws where a promise is broken. */
export const insist = (kept: boolean, broken: () => string): void => {
  if (!kept) throw new Error(broken());
};

/** How long a dead uplink that carries may go unnoticed, without luck and with all that it has learned. */
export const blindMs = ({ detection }: UplinkSettings): number =>
  detection.kind === "adaptive"
    ? 1.1 * detection.carryingIntervalMs + detection.failoverSpanMaxMs + 10_000
    : 4 * detection.intervalMs;

export const linksOf = (path: { usable: boolean; link: number | null } | undefined): number[] =>
  path?.usable && path.link !== null ? [path.link] : [];
export const sameLinks = (way: Way, expected: readonly number[]): boolean =>
  typeof way !== "string" && way.length === expected.length && way.every((hop) => expected.includes(hop.link));
export const linksText = (way: Way): string => (typeof way === "string" ? way : way.map((hop) => hop.link).join(", "));
