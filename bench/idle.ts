// What the real daemon costs while all is well: two sizes and a bare Node, side by side. MINUTES=1 in the environment shortens it.
import { type ChildProcess, spawn } from "node:child_process";
import type { Daemon } from "../lab/daemon.ts";
import { createLab, type Lab } from "../lab/lab.ts";
import { type ProcessUse, useOf } from "./lib/process.ts";
import { buildProduct, COMMAND } from "./lib/product.ts";
import { machineText, printTable } from "./lib/report.ts";
import { type Spread, spreadOf, spreadText } from "./lib/spread.ts";

const USUAL_MINUTES = 10;
/** Starting up isn't idling. */
const SETTLE_MS = 10_000;
const SAMPLES = 20;
const MINUTE_MS = 60_000;

/** 1.1.1.1 and the like are addresses of the lab's own internet. */
const EIGHT_TARGETS = [
  ...["1.1.1.1", "8.8.8.8", "9.9.9.9", "208.67.222.222"],
  ...["2606:4700:4700::1111", "2001:4860:4860::8888", "2620:fe::fe", "2620:119:35::35"],
];

interface Site {
  readonly uplinks: number;
  /** The config's defaults, five, where nothing is said. */
  readonly targets?: readonly string[];
}

const SITES: Readonly<Record<string, Site>> = {
  "2 × 5": { uplinks: 2 },
  "16 × 8": { uplinks: 16, targets: EIGHT_TARGETS },
};

/** Something that runs, to be looked at. */
interface Subject {
  readonly name: string;
  readonly pid: number;
}

interface Sample {
  readonly at: number;
  readonly use: ProcessUse;
}

const minutes = (): number => {
  const asked = Number(process.env.MINUTES ?? USUAL_MINUTES);
  if (asked > 0) return asked;
  throw new Error("MINUTES must be a number above 0.");
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const startDaemon = (lab: Lab, { uplinks, targets }: Site): Promise<Daemon> => {
  const one = (_: unknown, index: number): object => ({
    name: `uplink${index}`,
    interface: `wan${index}`,
    ...(targets === undefined ? {} : { targets }),
  });
  return lab.startDaemon({ config: { uplinks: Array.from({ length: uplinks }, one) }, command: COMMAND });
};

/** Nothing but Node and a timer that never fires. */
const startBareNode = (): ChildProcess =>
  spawn(process.execPath, ["-e", "setInterval(() => {}, 1e9)"], { stdio: "ignore" });

/** Looks at all of them in turn, at even distances. */
const sampled = async (subjects: readonly Subject[], ms: number): Promise<ReadonlyMap<string, readonly Sample[]>> => {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let index = 0; index <= SAMPLES; index += 1) {
    if (index > 0) await pause(ms / SAMPLES);
    for (const { name, pid } of subjects) samples.get(name)?.push({ at: performance.now(), use: useOf(pid) });
  }
  return samples;
};

const cpuPercent = (samples: readonly Sample[]): number => {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  return (100 * (last.use.cpuMs - first.use.cpuMs)) / (last.at - first.at);
};

const spreadIn = (samples: readonly Sample[], key: "rssMiB" | "pssMiB" | "anonymousMiB"): Spread =>
  spreadOf(samples.map(({ use }) => use[key]));

/** How much more the median of the last tenth is than that of the second: what was still warming up isn't a leak. */
const grownMiB = (samples: readonly Sample[]): number => {
  const tenth = Math.ceil(samples.length / 10);
  const later = spreadIn(samples.slice(-tenth), "rssMiB").median;
  return later - spreadIn(samples.slice(tenth, 2 * tenth), "rssMiB").median;
};

const report = (all: ReadonlyMap<string, readonly Sample[]>, length: number): void => {
  const bare = spreadIn(all.get(BARE) ?? [], "rssMiB").median;
  printTable({
    title: `${length} minutes, ${SAMPLES + 1} looks; median (min–max)`,
    columns: ["", "CPU % of a core", "RSS MiB", "RSS : bare", "RSS grew, MiB", "PSS MiB", "anonymous MiB"],
    rows: [...all].map(([name, samples]) => [
      name,
      cpuPercent(samples).toFixed(2),
      spreadText(spreadIn(samples, "rssMiB"), 1),
      (spreadIn(samples, "rssMiB").median / bare).toFixed(2),
      grownMiB(samples).toFixed(2),
      spreadText(spreadIn(samples, "pssMiB"), 1),
      spreadText(spreadIn(samples, "anonymousMiB"), 1),
    ]),
  });
};

const BARE = "bare Node";

const run = async (length: number): Promise<void> => {
  const labs: Lab[] = [];
  const bare = startBareNode();
  try {
    const subjects: Subject[] = [{ name: BARE, pid: bare.pid ?? 0 }];
    for (const [name, site] of Object.entries(SITES)) {
      const { uplinks, targets } = site;
      const lab = await createLab({ uplinks, ...(targets === undefined ? {} : { targets }) });
      labs.push(lab);
      subjects.push({ name: `daemon, ${name}`, pid: (await startDaemon(lab, site)).pid });
    }
    await pause(SETTLE_MS);
    report(await sampled(subjects, length * MINUTE_MS), length);
  } finally {
    bare.kill();
    await Promise.all(labs.map((lab) => lab.close()));
  }
};

buildProduct();
console.log(machineText());
await run(minutes());
process.exit();
