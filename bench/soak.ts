// A year of two imagined lines in some minutes: does the core's memory stay flat? MONTHS=12 SEED=1 npm run bench soak
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { chanceFrom } from "../lab/chance.ts";
import { PRESETS } from "../src/core/detector/presets.ts";
import { memoryKernel, openPilot } from "./lib/pilot.ts";
import { machineText } from "./lib/report.ts";
import { imaginedKernel, interfaceOf, settingsFor, USUAL_SITE } from "./lib/site.ts";

const MONTHS = Number(process.env.MONTHS ?? 12);
const DAYS_A_MONTH = 30;
const HOUR_MS = 3_600_000;

/** Each line fails so often, on the average, for so long at the most, and loses so many packets meanwhile. */
const OUTAGE_EVERY_HOURS = 40;
const OUTAGE_MS_MAX = 20 * 60_000;
const LOSS = 0.003;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

const { fraction: chance } = chanceFrom(Number(process.env.SEED ?? 1));

const deadUntil = new Map<string, number>();
let steps = 0;
let moves = 0;
const pilot = openPilot({
  settings: settingsFor(USUAL_SITE, PRESETS.calm),
  kernel: memoryKernel(imaginedKernel(USUAL_SITE)),
  answers: ({ uplink }) => (deadUntil.get(uplink) ?? 0) <= pilot.now() && chance() >= LOSS,
  onStep: ({ before, step }) => {
    steps += 1;
    if (before.families.ipv4.active.join() !== step.state.families.ipv4.active.join()) moves += 1;
  },
});

const livedHour = (): void => {
  for (let place = 0; place < USUAL_SITE.uplinks; place += 1)
    if (chance() < 1 / OUTAGE_EVERY_HOURS) deadUntil.set(interfaceOf(place), pilot.now() + chance() * OUTAGE_MS_MAX);
  pilot.advance(HOUR_MS);
};

const heapMiB = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

console.log(machineText());
pilot.push({ kind: "tick" });

/** What the core itself keeps, in KiB of JSON: the heap also holds what V8 has compiled, which comes and goes. */
const stateKiB = (): number => JSON.stringify(pilot.state()).length / 1024;

/** One month; the heap after it, in MiB. */
const liveMonth = (month: number): number => {
  const before = { steps, moves, at: performance.now() };
  for (let hour = 0; hour < DAYS_A_MONTH * 24; hour += 1) livedHour();
  const heap = heapMiB();
  const events = (steps - before.steps).toLocaleString("en");
  const seconds = ((performance.now() - before.at) / 1000).toFixed(0);
  console.log(
    `month ${month}: ${events} events, ${moves - before.moves} moves, ${seconds} s; heap ${heap.toFixed(2)} MiB, state ${stateKiB().toFixed(1)} KiB`,
  );
  return heap;
};

const heaps = Array.from({ length: MONTHS }, (_, month) => liveMonth(month + 1));
const [second = Number.NaN, last = Number.NaN] = [heaps[1], heaps.at(-1)];
const growth = last / second - 1;
console.log(`The last month's heap is ${(growth * 100).toFixed(2)} % over the second's; 2 % are allowed.`);
process.exitCode = growth <= 0.02 ? 0 : 1;
