import { chances } from "../../../test/fake/line.ts";
import type { Contender } from "../contender.ts";
import { type Sent, startPaced } from "./paced.ts";

/** BFD (RFC 5880) with a peer beyond the line: 300 ms each way, detection after three intervals without a packet. */
export const BFD: Contender = {
  name: "BFD 3×300 ms",
  octetsPerProbe: 104, // IPv4 20, UDP 8, BFD 24, in each direction
  hearsTraffic: false,
  start: ({ seed }) => {
    const chance = chances(seed);
    // Each interval is shortened by up to a quarter at random (RFC 5880 § 6.8.7).
    const intervalMs = (): number => INTERVAL_MS * (1 - chance() / 4);
    return startPaced({ intervalMs, judgeEachMs: 50, keepMs: 12 * INTERVAL_MS, judge });
  },
};

const INTERVAL_MS = 300;
const DETECTION_MS = 3 * INTERVAL_MS;

/** Down when the youngest packet of the peer is older than the detection time. */
const judge = (log: readonly Sent[], now: number): boolean => {
  const begun = (log[0]?.at ?? now) <= now - DETECTION_MS;
  return begun && !log.some(({ at, rttMs }) => rttMs !== null && at + rttMs > now - DETECTION_MS);
};
