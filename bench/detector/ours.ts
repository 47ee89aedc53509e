import { assess, learn, startDetector, stepDetector, wakeAt } from "../../src/core/detector/detect.ts";
import type { Assessment } from "../../src/core/detector/detector.ts";
import { PRESETS, type PresetName } from "../../src/core/detector/presets.ts";
import type { Contender, Opinion, Subject, SubjectStart } from "./contender.ts";

/** Three that are asked while all is well and three that only confirm. */
const TARGET_COUNT = 6;

/** IPv4 20, ICMP 8, nonce 8. */
const OCTETS = 36;

/** One of our own presets. */
export const preset = (name: PresetName): Contender => ({
  name,
  octetsPerProbe: 2 * OCTETS,
  hearsTraffic: name !== "classic",
  // A metered standby is asked once a minute, which would leave nothing to be timed.
  carriesUnused: name === "metered",
  start: (options) => openDetector(name, options),
});

/** As the line protocol begins (`wan-failover detector --stdio`), so that both give the same results. */
const START_MS = 1;

const openDetector = (name: PresetName, { seed, learned }: SubjectStart): Subject => {
  let state = startDetector({ settings: PRESETS[name], targetCount: TARGET_COUNT, seed, now: START_MS, learned });
  let seen: Assessment | null = null;
  let opinion = opinionOf(assess(state));
  return {
    take: (event, now) => {
      const step = stepDetector(state, event, now);
      state = step.state;
      return step.probes;
    },
    wakeAt: () => wakeAt(state),
    opinion: () => {
      const current = assess(state);
      if (current === seen) return opinion;
      seen = current;
      opinion = opinionOf(current);
      return opinion;
    },
    learned: (now) => learn(state, now),
  };
};

const opinionOf = ({ verdict, diverted, degraded }: Assessment): Opinion => {
  const down = verdict === "down" || verdict === "hold-down";
  return { down, diverted: diverted || down, degraded: degraded.loss || degraded.latency };
};
