import { hostname } from "node:os";
import type { HourStruck } from "../core/event.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Tells each local hour as it begins, and the present one at once. Never throws. */
export const openHours = (onHour: (hour: HourStruck) => void): { open: () => void; close: () => void } => {
  const spread = spreadOf(hostname());
  let timer: NodeJS.Timeout | undefined;
  const open = (): void => {
    const now = new Date();
    const local = now.getTime() - now.getTimezoneOffset() * 60_000;
    onHour({ kind: "hour-struck", day: Math.floor(local / DAY_MS), hour: now.getHours(), spread });
    timer = setTimeout(open, HOUR_MS - (local % HOUR_MS) + 1000).unref();
  };
  return { open, close: () => clearTimeout(timer) };
};

/** FNV-1a, of a name that differs from router to router. */
const spreadOf = (name: string): number =>
  [...Buffer.from(name)].reduce((hash, octet) => Math.imul(hash ^ octet, 0x01000193) >>> 0, 0x811c9dc5);
