/** Anycast resolvers of three operators, so that one operator's outage is never taken for the line's. */
export const DEFAULT_TARGETS: readonly string[] = [
  "1.1.1.1",
  "8.8.8.8",
  "9.9.9.9",
  "2606:4700:4700::1111",
  "2001:4860:4860::8888",
];
