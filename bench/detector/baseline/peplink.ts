import { chances } from "../../../test/fake/line.ts";
import type { Contender } from "../contender.ts";
import { PING_OCTETS, type Script, startScript } from "./script.ts";

/** Peplink's health check as its manual gives the defaults: two hosts each 5 s, 5 s to answer, 3 failures, 3 successes. */
export const PEPLINK: Contender = {
  name: "Peplink",
  octetsPerProbe: PING_OCTETS,
  hearsTraffic: false,
  start: ({ seed }) => startScript(loop(seed)),
};

const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 5_000;
const RETRIES = 3;

function* loop(seed: number): Script {
  let failures = 0;
  let successes = RETRIES;
  yield { kind: "sleep", ms: INTERVAL_MS * chances(seed)() };
  for (;;) {
    const answered: boolean = yield { kind: "ask", targets: [0, 1], waitMs: TIMEOUT_MS };
    failures = answered ? 0 : failures + 1;
    successes = answered ? successes + 1 : 0;
    if (failures === RETRIES) yield { kind: "say", down: true };
    if (successes === RETRIES) yield { kind: "say", down: false };
    // A time-out has taken the whole interval.
    if (answered) yield { kind: "sleep", ms: INTERVAL_MS };
  }
}
