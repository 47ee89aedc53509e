import type { Span } from "./answer.ts";

/** How closely samples are looked at. auto: as closely as the span allows. none: not at all. */
export type Resolution = "none" | "auto" | "second" | "minute" | "hour" | "day";

/** Which samples answer a question: those in memory, or those of a table, in spans of `spanMs`. */
export interface Sampling {
  readonly from: "memory" | "minute" | "hour" | "day";
  readonly spanMs: number;
}

const SPAN_MS = { memory: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Minutes are kept for so long. */
const WEEK_MS = 7 * SPAN_MS.day;

/** As many points as a screen can show of one line. */
const POINTS = 600;

/** Of all lines together: some 800 kB of JSON. */
export const POINTS_MAX = 20_000;

/** Chooses the samples for a span, so that no line has more than `POINTS`. `now`: ms since 1970. Never throws. */
export const sampling = (span: Span, resolution: Exclude<Resolution, "none">, now: number): Sampling => {
  const from = resolution === "auto" ? closest(span, now) : resolution === "second" ? "memory" : resolution;
  const least = SPAN_MS[from];
  return { from, spanMs: least * Math.max(1, Math.ceil((span.until - span.from) / least / POINTS)) };
};

/** No more than some ten thousand rows are read. */
const closest = ({ from, until }: Span, now: number): Sampling["from"] => {
  const length = until - from;
  if (from >= now - SPAN_MS.hour && length <= SPAN_MS.hour) return "memory";
  if (from >= now - WEEK_MS && length <= SPAN_MS.day) return "minute";
  return length <= 31 * SPAN_MS.day ? "hour" : "day";
};
