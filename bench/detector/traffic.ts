import { type Chance, exponential } from "./chance.ts";
import type { Line } from "./line.ts";

/** What the counters of the users' packets showed since the reading before. */
export interface Reading {
  readonly sent: number;
  readonly received: number;
}

/** How often the daemon reads its counters. */
export const READ_EACH_MS = 50;

/** Users come and go. */
const BUSY_MEAN_MS = 60_000;
const IDLE_MEAN_MS = 90_000;

/** While busy: so many packets in each direction per reading, in most readings. */
const PACKETS = 3;
const SENDS = 0.97;
const RECEIVES = 0.95;
/** While idle: one in each direction now and then. */
const IDLE_SENDS = 0.08;
/** Senders that get no answer send less: for a second, and from then on. */
const UNANSWERED_SENDS = 0.9;
const GIVEN_UP_SENDS = 0.5;
const PATIENCE_MS = 1_000;

/** The users of a line. The model is invented: bursts of browsing, and quiet that is never quite silent. */
export const openTraffic = (line: Line, chance: Chance): ((at: number) => Reading) => {
  let busy = false;
  let changesAt = 0;
  let passedAt = 0;
  const read = (at: number): Reading => {
    if (at >= changesAt) {
      busy = !busy;
      changesAt = at + exponential(chance, busy ? BUSY_MEAN_MS : IDLE_MEAN_MS);
    }
    const passing = line.passing(at);
    if (passing > 0) passedAt = at;
    return busy ? busyReading(chance, passing, at - passedAt) : idleReading(chance, passing);
  };
  return (at) => {
    const reading = read(at);
    if (reading.sent > 0) line.use(at);
    return reading;
  };
};

const busyReading = (chance: Chance, passing: number, unansweredMs: number): Reading => {
  const sends = unansweredMs === 0 ? SENDS : unansweredMs < PATIENCE_MS ? UNANSWERED_SENDS : GIVEN_UP_SENDS;
  const sent = chance() < sends ? PACKETS : 0;
  const arrives = chance() < RECEIVES;
  const received = arrives ? [chance(), chance(), chance()].filter((drawn) => drawn < passing).length : 0;
  return { sent, received };
};

const idleReading = (chance: Chance, passing: number): Reading => {
  const sent = chance() < IDLE_SENDS ? 1 : 0;
  return { sent, received: sent === 1 && chance() < passing ? 1 : 0 };
};
