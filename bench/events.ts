// From an event to its decision: the core alone, on a simulated line with user traffic, each event timed by itself.
import type { Event, TrafficCount } from "../src/core/event.ts";
import { start } from "../src/core/start.ts";
import { step } from "../src/core/step.ts";
import { memoryKernel, openPilot } from "./lib/pilot.ts";
import { machineText, printTable } from "./lib/report.ts";
import { BIG_SITE, imaginedKernel, type SiteSize, settingsFor, sizeText, USUAL_SITE } from "./lib/site.ts";
import { medianOf, spreadOf, spreadText } from "./lib/spread.ts";

const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;
const LIVE_MS = 120_000;
/** As often as the daemon reads its counters. */
const COUNT_EVERY_MS = 50;
const KINDS = ["probe-replied", "tick", "traffic-counted", "kernel-read"] as const;

type Kind = (typeof KINDS)[number];

/** User packets over the best uplink, as on a line in use. */
const counts: readonly TrafficCount[] = [
  { number: 1, family: "ipv4", sent: 40, received: 55 },
  { number: 1, family: "ipv6", sent: 10, received: 15 },
];

interface Recorded {
  readonly event: Event;
  readonly now: number;
}

/** Two minutes of a site that works, from the daemon's start on. */
const record = (size: SiteSize): Recorded[] => {
  const events: Recorded[] = [];
  const pilot = openPilot({
    settings: settingsFor(size),
    kernel: memoryKernel(imaginedKernel(size)),
    answers: () => true,
    onStep: ({ event, now }) => events.push({ event, now }),
  });
  pilot.push({ kind: "tick" });
  for (let lived = 0; lived < LIVE_MS; lived += COUNT_EVERY_MS) {
    pilot.advance(COUNT_EVERY_MS);
    pilot.push({ kind: "traffic-counted", counts });
  }
  return events;
};

interface Replayed {
  readonly costs: ReadonlyMap<string, readonly number[]>;
  readonly stateOctets: number;
}

const replay = (size: SiteSize, events: readonly Recorded[]): Replayed => {
  let state = start({ settings: settingsFor(size), memory: null, seed: 1, now: events[0]?.now ?? 0 });
  const costs = new Map<string, number[]>();
  for (const { event, now } of events) {
    const began = performance.now();
    ({ state } = step(state, event, now));
    const cost = (performance.now() - began) * 1000;
    const known = costs.get(event.kind) ?? [];
    costs.set(event.kind, known);
    known.push(cost);
  }
  return { costs, stateOctets: JSON.stringify(state).length };
};

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

const rowsOf = (size: SiteSize): string[][] => {
  const events = record(size);
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) replay(size, events);
  const rounds = Array.from({ length: ROUNDS }, () => replay(size, events));
  const costsOf = (kind: Kind): (readonly number[])[] => rounds.map(({ costs }) => costs.get(kind) ?? []);
  return [
    ...KINDS.map((kind) => [
      sizeText(size),
      kind,
      spreadText(spreadOf(costsOf(kind).map(medianOf)), 1),
      spreadText(spreadOf(costsOf(kind).map((costs) => percentile(costs, 0.99))), 1),
      String(costsOf(kind)[0]?.length ?? 0),
    ]),
    [sizeText(size), "state as JSON", `${((rounds[0]?.stateOctets ?? 0) / 1024).toFixed(0)} KiB`, "", ""],
  ];
};

console.log(machineText());
printTable({
  title: `Microseconds per event through \`step\`; median of ${ROUNDS} rounds (min–max)`,
  columns: ["uplinks × targets", "event", "median", "99th percentile", "events"],
  rows: [USUAL_SITE, BIG_SITE].flatMap(rowsOf),
});
