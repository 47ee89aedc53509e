import { parseDuration } from "../config/value/duration.ts";

/** The longest span (ms) that may be asked about: all that can be kept. */
export const SPAN_MAX_MS = 731 * 86_400_000;

/** Whether a text says how far to look back. Never throws. */
export const isLookBack = (text: string): boolean => {
  const ms = parseDuration(text);
  return ms !== null && ms >= 1000 && ms <= SPAN_MAX_MS;
};

/** Whether a text names a month, `2026-10`. Never throws. */
export const isMonth = (text: string): boolean => /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
