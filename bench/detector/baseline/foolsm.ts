import type { Contender } from "../contender.ts";
import { type Sent, startPaced } from "./paced.ts";

/** foolsm (lsm), as Shorewall users have it, with its defaults. */
export const FOOLSM: Contender = {
  name: "foolsm",
  octetsPerProbe: 160, // 80 octets each way
  hearsTraffic: false,
  start: () =>
    startPaced({ intervalMs: () => INTERVAL_MS, judgeEachMs: INTERVAL_MS, keepMs: WINDOW * INTERVAL_MS, judge }),
};

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 1_000;
const WINDOW = 100;
const LOST_MAX = 15;
const LOST_IN_ROW_MAX = 7;
/** Up again: so few lost of the window, and more than so many answered in a row. */
const LOST_MIN = 5;
const ANSWERED_IN_ROW_MIN = 10;

const judge = (log: readonly Sent[], now: number, down: boolean): boolean => {
  let [lost, lostInRow, answeredInRow] = [0, 0, 0];
  for (const { at, rttMs } of log) {
    const answered = rttMs !== null && rttMs <= TIMEOUT_MS;
    if (!answered && now - at < TIMEOUT_MS) continue;
    lost += answered ? 0 : 1;
    lostInRow = answered ? 0 : lostInRow + 1;
    answeredInRow = answered ? answeredInRow + 1 : 0;
  }
  if (!down) return lost >= LOST_MAX || lostInRow >= LOST_IN_ROW_MAX;
  return !(lost <= LOST_MIN && answeredInRow > ANSWERED_IN_ROW_MIN);
};
