// What reading the counters of the users' packets costs a daemon that reads them twenty times a second, in a real kernel.
import { spawnSync } from "node:child_process";
import { pause } from "../lab/clock.ts";
import { openTrafficMeter } from "../src/adapter/kernel/traffic.ts";
import type { Event } from "../src/core/event.ts";
import { openMachineAccess } from "../src/daemon/machine-access.ts";
import { openPilot, type Pilot } from "./lib/pilot.ts";
import { COMMAND_FLAGS } from "./lib/product.ts";
import { machineText, printTable } from "./lib/report.ts";
import { BIG_SITE, type SiteSize, settingsFor, sizeText, USUAL_SITE } from "./lib/site.ts";
import { spreadOf, spreadText } from "./lib/spread.ts";
import { openWan } from "./lib/wan.ts";

const SITES: readonly SiteSize[] = [USUAL_SITE, BIG_SITE];
const READ_EACH_MS = 50;
const READINGS = 200;
const ROUNDS = 3;
/** Long enough for our firewall table to be there. */
const LIVE_MS = 5_000;

/** Microseconds of the process for each reading, the kernel's part included. */
interface Cost {
  /** The dump: request, answer and its decoding, and what grew. */
  readonly read: number;
  /** What the core makes of it where packets came. */
  readonly step: number;
}

const everyUplinkCounted = ({ uplinks }: SiteSize): Event => ({
  kind: "traffic-counted",
  counts: Array.from({ length: uplinks }, (_, place) =>
    (["ipv4", "ipv6"] as const).map((family) => ({ number: place + 1, family, sent: 3, received: 3 })),
  ).flat(),
});

/** At the daemon's own pace: a reading that comes each 50 ms finds colder caches than one that follows another. */
const spentOn = async (pilot: Pilot, work: () => void): Promise<number> => {
  const before = process.cpuUsage();
  for (let reading = 0; reading < READINGS; reading += 1) {
    await pause(READ_EACH_MS);
    pilot.advance(READ_EACH_MS);
    work();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / READINGS;
};

/** Each beside a loop that does the same but for it. */
const costOf = async (size: SiteSize, pilot: Pilot, counters: () => void): Promise<Cost> => {
  const counted = everyUplinkCounted(size);
  const idle = await spentOn(pilot, () => {});
  const reading = await spentOn(pilot, counters);
  const stepping = await spentOn(pilot, () => pilot.push(counted));
  return { read: reading - idle, step: stepping - idle };
};

const inNamespace = async (size: SiteSize): Promise<Cost> => {
  const wan = openWan(size);
  try {
    const machine = openMachineAccess();
    const pilot = openPilot({ settings: settingsFor(size), kernel: machine, answers: () => true });
    pilot.push({ kind: "tick" });
    pilot.advance(LIVE_MS);
    const meter = openTrafficMeter();
    if (machine.counters().names.length === 0) throw new Error("Our firewall table has no counters.");
    return await costOf(size, pilot, () => meter.since(machine.counters()));
  } finally {
    wan.close();
  }
};

/** In a process of its own, with the flags of the daemon. */
const freshly = (place: number): Cost => {
  const argv = [...COMMAND_FLAGS, process.argv[1] ?? "", `${place}`];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (stdout === "") throw new Error(`A fresh process failed: ${stderr}`);
  return JSON.parse(stdout);
};

const shareText = (microseconds: number): string => ((100 * microseconds) / (1000 * READ_EACH_MS)).toFixed(2);

const rowOf = (size: SiteSize, place: number): string[] => {
  const costs = Array.from({ length: ROUNDS }, () => freshly(place));
  const [read, step] = [spreadOf(costs.map((cost) => cost.read)), spreadOf(costs.map((cost) => cost.step))];
  return [sizeText(size), spreadText(read, 0), shareText(read.median), spreadText(step, 0), shareText(step.median)];
};

const all = (): void => {
  console.log(machineText());
  printTable({
    title: `Counters read each ${READ_EACH_MS} ms; means of ${READINGS}, ${ROUNDS} processes, median (min–max)`,
    columns: ["uplinks × targets", "µs a reading", "% of a core", "µs a step with packets everywhere", "% of a core"],
    rows: SITES.map(rowOf),
  });
};

const site = SITES[Number(process.argv[2] ?? Number.NaN)];
if (site === undefined) all();
else console.log(JSON.stringify(await inNamespace(site)));
