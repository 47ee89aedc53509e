// What the journal costs: microseconds per event, octets and writes per day, on a line that is idle and on one in use.
import type { Event, TrafficCount } from "../src/core/event.ts";
import { type Frame, packFrame } from "../src/shell/journal/frame.ts";
import { openJournal, type Stepped } from "../src/shell/journal/journal.ts";
import { memoryKernel, openPilot } from "./lib/pilot.ts";
import { machineText, printTable } from "./lib/report.ts";
import { imaginedKernel, settingsFor, sizeText, USUAL_SITE } from "./lib/site.ts";

const LIVE_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** As often as the daemon reads its counters. */
const COUNT_EVERY_MS = 50;
/** Timers and sockets are served so much late, and answers vary so much (ms, on the average). */
const LATE_MS = 0.3;
const VARIES_MS = 2;

const someTime = (averageMs: number): number => -averageMs * Math.log(1 - Math.random());
const inMicroseconds = (ms: number): number => Math.round(ms * 1e3) / 1e3;
const packets = (): number => Math.floor(someTime(30));

const counts = (): readonly TrafficCount[] => [
  { number: 1, family: "ipv4", sent: packets(), received: packets() },
  { number: 1, family: "ipv6", sent: packets(), received: packets() },
];

/** With the unevenness of a real line and a real machine, which is what can't be compressed. */
const uneven = (event: Event): Event =>
  event.kind === "probe-replied" ? { ...event, rttMs: inMicroseconds(event.rttMs + someTime(VARIES_MS)) } : event;

/** An hour of a site that works. */
const live = (inUse: boolean): Stepped[] => {
  const steps: Stepped[] = [];
  let last = 0;
  const pilot = openPilot({
    settings: settingsFor(USUAL_SITE),
    kernel: memoryKernel(imaginedKernel(USUAL_SITE)),
    answers: () => true,
    onStep: ({ event, now, step: taken }) => {
      last = Math.max(last, inMicroseconds(now + someTime(LATE_MS)));
      steps.push({ event: uneven(event), now: last, state: taken.state, commands: taken.commands });
    },
  });
  pilot.push({ kind: "tick" });
  for (let lived = 0; lived < LIVE_MS; lived += COUNT_EVERY_MS) {
    pilot.advance(COUNT_EVERY_MS);
    if (inUse) pilot.push({ kind: "traffic-counted", counts: counts() });
  }
  return steps;
};

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

const keep = (steps: readonly Stepped[]): { costs: number[]; octets: number; writes: number } => {
  let writes = 0;
  const written: Frame[] = [];
  const first = steps[0];
  if (first === undefined) throw new Error("nothing happened");
  const journal = openJournal({
    initial: first.state,
    now: first.now,
    version: "bench",
    wallOffset: () => 0,
    store: {
      append: (frames, done) => {
        written.push(...frames);
        writes += 1;
        done(null);
      },
      appendNow: () => null,
      isFull: () => false,
    },
    complain: () => {},
  });
  const costs = steps.map((one) => {
    const began = performance.now();
    journal.observe(one);
    return (performance.now() - began) * 1000;
  });
  journal.write();
  return { costs, octets: written.reduce((sum, frame) => sum + packFrame(frame).length, 0), writes };
};

const rowOf = (inUse: boolean): string[] => {
  const steps = live(inUse);
  keep(steps);
  const { costs, octets, writes } = keep(steps);
  const days = LIVE_MS / DAY_MS;
  return [
    inUse ? "in use" : "idle",
    String(Math.round(steps.length / days / 1000)),
    percentile(costs, 0.5).toFixed(1),
    (costs.reduce((sum, cost) => sum + cost, 0) / costs.length).toFixed(1),
    (percentile(costs, 1) / 1000).toFixed(1),
    (octets / days / 1e6).toFixed(1),
    String(Math.round(writes / days)),
  ];
};

console.log(machineText());
printTable({
  title: `The journal of ${sizeText(USUAL_SITE)} (uplinks × targets), from an hour`,
  columns: ["line", "1000 events a day", "µs, median", "µs, mean", "ms, longest (a write)", "MB a day", "writes a day"],
  rows: [rowOf(false), rowOf(true)],
});
