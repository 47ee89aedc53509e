/** A span of time, in ms since 1970. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What can be looked at, up to now. */
export const RANGES = {
  hour: { name: "Hour", since: "1h", tickMs: 10 * 60_000 },
  day: { name: "Day", since: "1d", tickMs: 4 * HOUR },
  week: { name: "Week", since: "7d", tickMs: DAY },
  month: { name: "Month", since: "30d", tickMs: 5 * DAY },
  year: { name: "Year", since: "365d", tickMs: 61 * DAY },
} as const;

export type Range = keyof typeof RANGES;

/** Where a moment is within a span, 0..1. */
export const placeIn = ({ from, until }: Span, at: number): number =>
  Math.min(1, Math.max(0, (at - from) / (until - from)));

/** A word at the very end would stick out. */
const MARGIN = 0.06;

/** Moments that are worth a word below the bars, at local midnights and full hours. */
export const ticksOf = ({ from, until }: Span, range: Range): readonly number[] => {
  const { tickMs } = RANGES[range];
  const offset = new Date(until).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - offset) / tickMs) * tickMs + offset;
  const last = until - (until - from) * MARGIN;
  return Array.from({ length: Math.max(0, Math.ceil((last - first) / tickMs)) }, (_, index) => first + index * tickMs);
};

/** A moment as it is named where so much time is shown. */
export const tickText = (at: number, range: Range): string => {
  const format: Intl.DateTimeFormatOptions =
    range === "hour" || range === "day"
      ? { hour: "2-digit", minute: "2-digit", hour12: false }
      : { day: "numeric", month: "short" };
  return new Date(at).toLocaleString(undefined, format);
};
