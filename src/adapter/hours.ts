import { hostname } from "node:os";
import type { HourStruck } from "../core/event.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What tells the time of day. */
export interface HoursOptions {
  /** Milliseconds since 1970, as somebody has set them. */
  readonly wallMs: () => number;
  /** It is looked at this often (ms), since a clock that was set has another hour at any time. */
  readonly everyMs: number;
}

const USUAL: HoursOptions = { wallMs: Date.now, everyMs: 60_000 };

/** Tells each local hour soon after it has begun, and the present one at once. Never throws. */
export const openHours = (
  onHour: (hour: HourStruck) => void,
  { wallMs, everyMs } = USUAL,
): { open: () => void; close: () => void } => {
  const spread = spreadOf(hostname());
  let timer: NodeJS.Timeout | undefined;
  let told = Number.NaN;
  const look = (): void => {
    const now = new Date(wallMs());
    const local = now.getTime() - now.getTimezoneOffset() * 60_000;
    const hour = Math.floor(local / HOUR_MS);
    if (hour === told) return;
    told = hour;
    onHour({ kind: "hour-struck", day: Math.floor(local / DAY_MS), hour: now.getHours(), spread });
  };
  const open = (): void => {
    look();
    timer = setInterval(look, everyMs).unref();
  };
  return { open, close: () => clearInterval(timer) };
};

/** FNV-1a, of a name that differs from router to router. */
const spreadOf = (name: string): number =>
  [...Buffer.from(name)].reduce((hash, octet) => Math.imul(hash ^ octet, 0x01000193) >>> 0, 0x811c9dc5);
