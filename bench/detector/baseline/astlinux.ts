import { chances } from "../../../test/fake/line.ts";
import type { Contender } from "../contender.ts";
import { PING_OCTETS, type Script, startScript } from "./script.ts";

/** wan-failover of AstLinux with its defaults: `fping -t 1000` of its targets each 20 s, a counter up to 3. */
export const ASTLINUX: Contender = {
  name: "AstLinux",
  octetsPerProbe: PING_OCTETS,
  hearsTraffic: false,
  start: ({ seed }) => startScript(loop(seed)),
};

const TARGETS = [0, 1];
const INTERVAL_MS = 20_000;
/** While failing or recovering. */
const QUICK_INTERVAL_MS = 2_000;
const THRESHOLD = 3;
/** fping asks four times at the most and waits half as long again each time; a later answer is none. */
const WAITS_MS = [1_000, 1_500, 2_250, 3_375];

function* loop(seed: number): Script {
  let counter = 0;
  let down = false;
  yield { kind: "sleep", ms: INTERVAL_MS * chances(seed)() };
  for (;;) {
    let passed = false;
    for (const waitMs of WAITS_MS) passed ||= yield { kind: "ask", targets: TARGETS, waitMs };
    counter = passed ? Math.max(0, counter - 1) : Math.min(THRESHOLD, counter + 1);
    if (counter === THRESHOLD) down = true;
    if (counter === 0) down = false;
    yield { kind: "say", down };
    const settled = down ? counter === THRESHOLD : counter === 0;
    yield { kind: "sleep", ms: settled ? INTERVAL_MS : QUICK_INTERVAL_MS };
  }
}
