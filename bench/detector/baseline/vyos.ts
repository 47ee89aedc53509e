import { chances } from "../../../test/fake/line.ts";
import type { Contender } from "../contender.ts";
import { PING_OCTETS, type Script, startScript } from "./script.ts";

/** VyOS load-balancing wan with its defaults: one ping each 5 s, answered within 5 s or not, and one failure is enough. */
export const VYOS: Contender = {
  name: "VyOS wlb",
  octetsPerProbe: PING_OCTETS,
  hearsTraffic: false,
  start: ({ seed }) => startScript(loop(seed)),
};

const INTERVAL_MS = 5_000;
const RESPONSE_MS = 5_000;

function* loop(seed: number): Script {
  yield { kind: "sleep", ms: INTERVAL_MS * chances(seed)() };
  for (;;) {
    const answered: boolean = yield { kind: "ask", targets: [0], waitMs: RESPONSE_MS };
    yield { kind: "say", down: !answered };
    yield { kind: "sleep", ms: INTERVAL_MS };
  }
}
