// What one event costs the detector: events are recorded on a virtual line, then replayed and timed one by one.
import { startDetector, stepDetector } from "../src/core/detector/detect.ts";
import type { DetectorEvent } from "../src/core/detector/detector.ts";
import { type DetectionSettings, PRESETS } from "../src/core/detector/presets.ts";
import { busyTraffic, cleanLine, type LineOptions, runLine } from "../test/fake/line.ts";
import { machineText, printTable } from "./lib/report.ts";
import { spreadOf, spreadText } from "./lib/spread.ts";

const ROUNDS = 5;
const WARM_UP_ROUNDS = 3;

const CASES: readonly (readonly [name: string, options: LineOptions])[] = [
  [
    "healthy, traffic read each 50 ms",
    { settings: PRESETS.fast, until: 1_800_000, fate: cleanLine([], 20), traffic: busyTraffic() },
  ],
  ["healthy, no traffic", { settings: PRESETS.fast, until: 3_600_000, fate: cleanLine([], 20) }],
  ["a tenth lost", { settings: PRESETS.fast, until: 3_600_000, fate: ({ chance }) => (chance() < 0.1 ? null : 20) }],
  [
    "10 s of silence each 50 s, calm",
    { settings: PRESETS.calm, until: 7_200_000, fate: ({ at }) => (at % 50_000 < 9_900 ? null : 20) },
  ],
  ["classic", { settings: PRESETS.classic, until: 72_000_000, fate: cleanLine([], 20) }],
];

const record = (options: LineOptions): { event: DetectorEvent; now: number }[] => {
  const events: { event: DetectorEvent; now: number }[] = [];
  runLine({ ...options, onStep: ({ event, now }) => events.push({ event, now }) });
  return events;
};

const replay = (settings: DetectionSettings, events: readonly { event: DetectorEvent; now: number }[]): number[] => {
  let state = startDetector({ settings, targetCount: 3, seed: 1, now: 0, learned: null });
  return events.map(({ event, now }) => {
    const began = process.hrtime.bigint();
    ({ state } = stepDetector(state, event, now));
    return Number(process.hrtime.bigint() - began) / 1_000;
  });
};

const rowOf = ([name, options]: (typeof CASES)[number]): string[] => {
  const events = record(options);
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) replay(options.settings, events);
  const rounds = Array.from({ length: ROUNDS }, () => replay(options.settings, events).sort((a, b) => a - b));
  const at = (share: number): string =>
    spreadText(spreadOf(rounds.map((costs) => costs[Math.floor(costs.length * share)] ?? 0)), 2);
  return [name, at(0.5), at(0.99), String(events.length)];
};

console.log(machineText());
printTable({
  title: `Microseconds per event through the detector alone; median of ${ROUNDS} rounds (min–max)`,
  columns: ["line", "median", "99th percentile", "events"],
  rows: CASES.map(rowOf),
});
