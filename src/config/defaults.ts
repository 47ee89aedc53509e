/** Anycast resolvers of three operators, so that one operator's outage is never taken for the line's. */
export const DEFAULT_TARGETS: readonly string[] = [
  "1.1.1.1",
  "8.8.8.8",
  "9.9.9.9",
  "2606:4700:4700::1111",
  "2001:4860:4860::8888",
];

/** The five low bits of our mark hold an uplink's number, and 0 means none. */
export const UPLINKS_MAX = 31;
