// What the page costs the real daemon: 200 pages that are open, the first status, the first load.
import { readdirSync, readFileSync, statSync } from "node:fs";
import type { Daemon } from "../lab/daemon.ts";
import { createLab, type Lab } from "../lab/lab.ts";
import { useOf } from "./lib/process.ts";
import { buildProduct, COMMAND } from "./lib/product.ts";
import { machineText, printTable } from "./lib/report.ts";
import { spreadOf, spreadText } from "./lib/spread.ts";

const PAGES = 200;
const SETTLE_MS = 10_000;
const WATCHED_MS = 30_000;
const ASKED = 50;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs in the router: follows the events so many times, and says each second how many statuses have come. */
const FOLLOWERS = `
const { get } = require("node:http");
let statuses = 0;
for (let page = 0; page < ${PAGES}; page += 1)
  get("http://127.0.0.1:8380/api/v1/events", { agent: false }, (response) =>
    response.on("data", (chunk) => { statuses += chunk.toString("latin1").split("event: status").length - 1; }));
setInterval(() => console.log(statuses), 1000);`;

/** Asks for the status on a connection of its own each time, and says how long (ms) each answer took. */
const ASKING = `
const ask = () => new Promise((resolve) => {
  const begun = performance.now();
  require("node:http").get("http://127.0.0.1:8380/api/v1/status", { agent: false }, (response) =>
    response.resume().on("end", () => resolve(performance.now() - begun)));
});
(async () => { for (let asked = 0; asked < ${ASKED}; asked += 1) console.log(await ask()); })();`;

const cpuPercent = async ({ pid }: Daemon, ms: number): Promise<number> => {
  const [begun, before] = [performance.now(), useOf(pid).cpuMs];
  await pause(ms);
  return (100 * (useOf(pid).cpuMs - before)) / (performance.now() - begun);
};

interface Followed {
  readonly cpu: number;
  readonly perSecond: number;
  readonly rssMiB: number;
}

const followed = async (lab: Lab, daemon: Daemon): Promise<Followed> => {
  const followers = lab.spawn("router", [process.execPath, "-e", FOLLOWERS]);
  let told = 0;
  followers.stdout.on("data", (chunk) => {
    told = Number(String(chunk).trim().split("\n").at(-1));
  });
  await pause(SETTLE_MS);
  const [begun, before] = [performance.now(), told];
  const cpu = await cpuPercent(daemon, WATCHED_MS);
  const perSecond = ((told - before) * 1000) / (performance.now() - begun) / PAGES;
  followers.kill();
  return { cpu, perSecond, rssMiB: useOf(daemon.pid).rssMiB };
};

const WEB = "dist/web";

/** What a browser takes before it shows something: the page, its style and its first script with what that imports. */
const firstLoadKb = (): number => {
  const assets = readdirSync(`${WEB}/assets`);
  const script = assets.find((name) => /^page-.*\.js$/.test(name)) ?? "";
  const imported = readFileSync(`${WEB}/assets/${script}`, "utf8").matchAll(/(?:from|import)"\.\/(part-\w+\.js)"/g);
  const style = assets.find((name) => /^page-.*\.css$/.test(name)) ?? "";
  const files = [
    "index.html",
    ...[script, style, ...[...imported].map(([, name]) => name)].map((one) => `assets/${one}`),
  ];
  return files.reduce((sum, file) => sum + statSync(`${WEB}/${file}.br`).size, 0) / 1000;
};

const run = async (): Promise<void> => {
  const lab = await createLab({ uplinks: 2 });
  try {
    const uplinks = ["wan0", "wan1"].map((device) => ({ name: device, interface: device }));
    const daemon = await lab.startDaemon({ config: { uplinks }, command: COMMAND });
    await pause(SETTLE_MS);
    const alone = await cpuPercent(daemon, WATCHED_MS);
    const { cpu, perSecond, rssMiB } = await followed(lab, daemon);
    const { stdout } = await lab.execute("router", [process.execPath, "-e", ASKING]);
    printTable({
      title: `${PAGES} open pages`,
      columns: ["", "measured", "aim"],
      rows: [
        ["CPU without a page, % of a core", alone.toFixed(2), ""],
        ["CPU with them, % of a core", cpu.toFixed(2), "< 20"],
        ["statuses to each page, a second", perSecond.toFixed(2), ""],
        ["RSS with them, MiB", rssMiB.toFixed(1), ""],
        [
          "status on a connection of its own, ms",
          spreadText(spreadOf(stdout.trim().split("\n").map(Number)), 1),
          "< 200",
        ],
        ["first load, compressed, kB", firstLoadKb().toFixed(1), "< 100"],
      ],
    });
  } finally {
    await lab.close();
  }
};

buildProduct();
console.log(machineText());
await run();
process.exit();
