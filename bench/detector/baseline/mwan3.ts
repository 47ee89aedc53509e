import { chances } from "../../../test/fake/line.ts";
import type { Contender } from "../contender.ts";
import { PING_OCTETS, type Script, startScript } from "./script.ts";

/** OpenWrt's mwan3track with its defaults and the four targets of its example. */
export const MWAN3: Contender = {
  name: "mwan3",
  octetsPerProbe: PING_OCTETS,
  hearsTraffic: false,
  start: ({ seed }) => startScript(loop(seed)),
};

const TARGETS = [0, 1, 2, 3];
const TIMEOUT_MS = 4_000;
const INTERVAL_MS = 10_000;
/** So many failed tests in a row mean down, so many passed ones up again. */
const DOWN = 5;
const UP = 5;

function* loop(seed: number): Script {
  let failures = 0;
  let successes = UP;
  yield { kind: "sleep", ms: INTERVAL_MS * chances(seed)() };
  for (;;) {
    // One answer is enough (`reliability 1`): the others are asked only after a time-out.
    let passed = false;
    for (const target of TARGETS) passed ||= yield { kind: "ask", targets: [target], waitMs: TIMEOUT_MS };
    failures = passed ? 0 : failures + 1;
    successes = passed ? successes + 1 : 0;
    if (failures === DOWN) yield { kind: "say", down: true };
    if (successes === UP) yield { kind: "say", down: false };
    yield { kind: "sleep", ms: INTERVAL_MS };
  }
}
