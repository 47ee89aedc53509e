// How soon the real daemon knows and routes after its exec, and how long the command line takes, in a lab.
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Daemon } from "../lab/daemon.ts";
import { createLab, type Lab } from "../lab/lab.ts";
import { buildProduct, COMMAND } from "./lib/product.ts";
import { machineText, printTable } from "./lib/report.ts";
import { spreadOf, spreadText } from "./lib/spread.ts";

const STARTS = 7;
const CALLS = 11;
const LOOK_AGAIN_MS = 5;
const GIVE_UP_MS = 10_000;

const CONFIG = {
  uplinks: [
    { name: "fiber", interface: "wan0" },
    { name: "lte", interface: "wan1" },
  ],
};

/** The part of a status answer that is looked at. */
interface Answer {
  readonly status: { readonly uplinks: readonly { readonly families: Readonly<Record<string, Judged | null>> }[] };
}

interface Judged {
  readonly verdict: string;
}

/** Milliseconds from the exec. */
interface Started {
  readonly answers: number;
  readonly firstVerdict: number;
  readonly allVerdicts: number;
  readonly route: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const verdicts = async (daemon: Daemon): Promise<string[]> => {
  const { status } = (await daemon.status()) as Answer;
  return status.uplinks.flatMap(({ families }) => Object.values(families).flatMap((one) => one?.verdict ?? []));
};

const isKnown = (verdict: string): boolean => verdict !== "unknown";

/** Resolves with the time at which `holds` was true of the verdicts first. */
const whenVerdicts = async (daemon: Daemon, holds: (all: readonly string[]) => boolean): Promise<number> => {
  const deadline = performance.now() + GIVE_UP_MS;
  while (!holds(await verdicts(daemon))) {
    if (performance.now() > deadline) throw new Error(`No verdict: ${daemon.log()}`);
    await pause(LOOK_AGAIN_MS);
  }
  return performance.now();
};

/** Resolves with the time at which the kernel told of our IPv4 default in table main. */
const watchRoute = (lab: Lab): { readonly seen: Promise<number>; readonly stop: () => void } => {
  const child = lab.spawn("router", ["ip", "-4", "monitor", "route"]);
  child.ref();
  let text = "";
  const seen = new Promise<number>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
      if (/^default .*proto 87 (scope \w+ )?metric 1\b/m.test(text)) resolve(performance.now());
    });
  });
  return { seen, stop: () => void child.kill() };
};

/** As after a boot: nothing of ours is in the kernel, and nothing is remembered. */
const clean = async (daemon: Daemon): Promise<void> => {
  await daemon.stop();
  await daemon.cli("reset");
  await rm(join(dirname(daemon.socket), "state.json"), { force: true });
};

const startOnce = async (lab: Lab): Promise<Started> => {
  const route = watchRoute(lab);
  await pause(100);
  const began = performance.now();
  const daemon = await lab.startDaemon({ config: CONFIG, command: COMMAND });
  const answers = performance.now();
  const firstVerdict = await whenVerdicts(daemon, (all) => all.some(isKnown));
  const allVerdicts = await whenVerdicts(daemon, (all) => all.every(isKnown));
  const routed = await route.seen;
  route.stop();
  await clean(daemon);
  return {
    answers: answers - began,
    firstVerdict: firstVerdict - began,
    allVerdicts: allVerdicts - began,
    route: routed - began,
  };
};

const timed = (argv: readonly string[]): number => {
  const began = performance.now();
  const { status, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
  return performance.now() - began;
};

const msText = (values: readonly number[]): string => spreadText(spreadOf(values), 0);

const callRow = (name: string, argv: readonly string[]): string[] => [
  name,
  msText(Array.from({ length: CALLS }, () => timed(argv))),
];

const startRows = async (lab: Lab): Promise<string[][]> => {
  const starts: Started[] = [];
  for (let index = 0; index < STARTS; index += 1) starts.push(await startOnce(lab));
  const row = (name: string, key: keyof Started): string[] => [name, msText(starts.map((started) => started[key]))];
  return [
    row("daemon: exec to the API's first answer", "answers"),
    row("daemon: exec to the first verdict", "firstVerdict"),
    row("daemon: exec to all four verdicts", "allVerdicts"),
    row("daemon: exec to the IPv4 default in place", "route"),
  ];
};

const callRows = async (lab: Lab): Promise<string[][]> => {
  const daemon = await lab.startDaemon({ config: CONFIG, command: COMMAND });
  await whenVerdicts(daemon, (all) => all.every(isKnown));
  const rows = [
    callRow("bare Node, `node -e 0`", [process.execPath, "-e", "0"]),
    callRow("`wan-failover --version`", [COMMAND, "--version"]),
    callRow("`wan-failover status`", [COMMAND, "--socket", daemon.socket, "status"]),
  ];
  await daemon.stop();
  return rows;
};

buildProduct();
console.log(machineText());
const lab = await createLab();
try {
  const rows = [...(await startRows(lab)), ...(await callRows(lab))];
  printTable({
    title: `Milliseconds of wall clock; ${STARTS} starts, ${CALLS} calls; median (min–max)`,
    columns: ["", "ms"],
    rows,
  });
} finally {
  await lab.close();
}
process.exit();
