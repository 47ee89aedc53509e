import type { PastOutage } from "../../core/history/answer.ts";
import { age } from "./words.ts";

/** What a report says that has nothing to tell. */
export const UNWATCHED = "No uplink answered in this time.";

/** How long an outage lasted, or has lasted until now: "3 m 12 s"; "at least" so long where the daemon ended first. Never throws. */
export const outageLength = ({ begin, end, cutShort }: PastOutage, now: number): string =>
  `${cutShort ? "at least " : ""}${age((end ?? now) - begin)}`;
