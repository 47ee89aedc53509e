import { parseDuration } from "../config/value/duration.ts";

/** How long a test may last, in ms: long enough to be seen, and never forgotten for good. */
const TEST_MS = { min: 1000, max: 7 * 86_400_000 } as const;

/** Whether a test may last so long: a duration such as `2m`. Never throws. */
export const isTestDuration = (text: string): boolean => {
  const ms = parseDuration(text);
  return ms !== null && ms >= TEST_MS.min && ms <= TEST_MS.max;
};
