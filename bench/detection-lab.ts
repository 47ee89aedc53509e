// What the detector does in the lab, with the real daemon: how soon it moves new flows, and what doesn't move them.
// ONLY=loss,metered in the environment chooses trials; MINUTES=2 shortens the long ones, ROUNDS=3 the repeated ones.
import { pause } from "../lab/clock.ts";
import { CLOSELY, type House, type HouseOptions, openHouse } from "../test/lab/house.ts";
import { countProbes, detectedBy, hog, movesDuring, NO_TRAFFIC, saturate, timeBlackhole } from "../test/lab/trials.ts";
import { buildProduct } from "./lib/product.ts";
import { machineText, printTable, type Table } from "./lib/report.ts";
import { spreadOf, spreadText } from "./lib/spread.ts";

const ROUNDS = Number(process.env.ROUNDS ?? 10);
const LONG_MS = Number(process.env.MINUTES ?? 10) * 60_000;

/** Opens a house for one trial and removes it. */
const inHouse = async <Result>(options: HouseOptions, trial: (house: House) => Promise<Result>): Promise<Result> => {
  let close = async (): Promise<void> => {};
  const keep = (closing: () => Promise<void>): void => {
    close = closing;
  };
  try {
    return await trial(await openHouse({ ...options, measure: { ...CLOSELY, ...options.measure }, keep }));
  } finally {
    await close();
  }
};

const SPEEDS = [
  { preset: "balanced", users: "busy", aim: 600 },
  { preset: "fast", users: "busy", aim: 300 },
  { preset: "balanced", users: "idle", aim: 1600 },
  { preset: "fast", users: "idle", aim: 600 },
] as const;

const speed = async ({ preset, users, aim }: (typeof SPEEDS)[number]): Promise<string[]> => {
  const measure = users === "busy" ? { long: ["udp"] as const } : NO_TRAFFIC;
  const times = await inHouse({ config: detectedBy(preset), measure }, async (house) => {
    const all: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) all.push(await timeBlackhole(house, users));
    return all;
  });
  return [preset, users, spreadText(spreadOf(times), 0), `${aim}`];
};

const speeds = async (): Promise<Table> => {
  const rows: string[][] = [];
  for (const one of SPEEDS) rows.push(await speed(one));
  const columns = ["preset", "users", "ms to working new flows, median (min–max)", "aim"];
  return { title: `blackhole, ${ROUNDS} rounds`, columns, rows };
};

const calmly = async (
  name: string,
  options: HouseOptions,
  happening: (house: House) => Promise<unknown>,
): Promise<string[]> => {
  const moves = await inHouse(options, (house) => movesDuring(house, () => happening(house)));
  for (const line of moves) console.log(line);
  return [name, `${moves.length}`];
};

const NOTHING_MOVES = ["what happens", "failovers and diverts"];
const USERS = { measure: { long: ["udp", "tcp"] } } as const;

const tableOf = (title: string, rows: string[][]): Table => ({ title, columns: NOTHING_MOVES, rows });

/** `loss`: in each direction; 0.051 each way loses a tenth of all probes. */
const lossy = (loss: number): Promise<string[]> =>
  calmly(
    `${(100 * (1 - (1 - loss) ** 2)).toFixed(0)} % of the round trips lost, ${LONG_MS / 60_000} min`,
    USERS,
    async (house) => {
      await house.lab.break("loss", "wan0", { loss });
      await pause(LONG_MS);
    },
  );

const loss = async (): Promise<Table> => tableOf("loss", await Promise.all([lossy(0.0513), lossy(0.1)]));

const SHORT_MS = 30_000;

const stopped = (): Promise<string[]> =>
  calmly("stopped for 5 s", USERS, async (house) => {
    house.daemon().signal("SIGSTOP");
    await pause(5000);
    house.daemon().signal("SIGCONT");
    await pause(5000);
  });

const hogged = (): Promise<string[]> =>
  calmly("4 programs take both cores for 30 s", USERS, async (house) => {
    const stop = hog(house.lab, 4);
    await pause(SHORT_MS);
    stop();
  });

const saturated = (detection: string): Promise<string[]> =>
  calmly(
    `${detection}: uplink filled by its users for 60 s`,
    { ...USERS, lab: { wire: true }, config: detectedBy(detection) },
    async (house) => {
      const stop = await saturate(house.lab);
      await pause(2 * SHORT_MS);
      await stop();
      await pause(3000);
    },
  );

const targets = (fault: "target-dead" | "most-targets-dead" | "all-targets-dead"): Promise<string[]> =>
  calmly(`${fault} for 60 s`, USERS, async (house) => {
    await house.lab.break(fault);
    await pause(2 * SHORT_MS);
  });

const disturbances = async (): Promise<Table> => {
  const rows = [await stopped(), await hogged()];
  rows.push(...(await Promise.all((["target-dead", "most-targets-dead", "all-targets-dead"] as const).map(targets))));
  return tableOf("disturbances", rows);
};

const saturation = async (): Promise<Table> =>
  tableOf("saturation", [await saturated("balanced"), await saturated("fast")]);

/** How long until new flows of both families leave a line that loses so much in each direction, seconds. */
const leaving = (lossEachWay: number): Promise<number> =>
  inHouse(USERS, async (house) => {
    const after = await house.lab.break("loss", "wan0", { loss: lossEachWay });
    await house.until(
      "away",
      ({ families }) => families.ipv4.carrying[0] === "lte" && families.ipv6.carrying[0] === "lte",
      90_000,
    );
    return (house.meter.now() - after) / 1000;
  });

const heavy = async (): Promise<Table> => {
  const rows = [];
  for (const each of [0.2254, 0.4]) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await leaving(each));
    rows.push([`${(100 * (1 - (1 - each) ** 2)).toFixed(0)} %`, spreadText(spreadOf(times), 1), "15"]);
  }
  const columns = ["round trips lost", "s until traffic is away, median (min–max)", "aim"];
  return { title: `a line that loses much, ${ROUNDS} rounds`, columns, rows };
};

const bytesOn = async (house: House, name: string): Promise<number> => {
  const text = await house.lab.run("router", `ip -json -statistics link show ${name}`);
  const { rx, tx } = JSON.parse(text)[0].stats64;
  return rx.bytes + tx.bytes;
};

const MONTH_MS = 30 * 86_400_000;
const METERED = [
  { name: "wan0", role: "carries", isp: "isp-a" },
  { name: "wan1", role: "stands by", isp: "isp-b" },
] as const;

/** On Ethernet the neighbours ask for each other's address at each lone probe; a provider counts the probes. */
const metered = (): Promise<Table> =>
  inHouse({ config: detectedBy("metered"), measure: NO_TRAFFIC }, async (house) => {
    await pause(5000);
    const started = METERED.map(async ({ name, isp }) => ({
      counted: await countProbes(house.lab, isp),
      before: await bytesOn(house, name),
    }));
    const counters = await Promise.all(started);
    await pause(LONG_MS);
    const monthly = (bytes: number): string => ((bytes * MONTH_MS) / LONG_MS / 1e6).toFixed(1);
    const rows = METERED.map(async ({ name, role }, index) => {
      const { counted, before } = counters[index] ?? fail(`${name} has no counter`);
      const { ipv4, ipv6 } = await counted();
      const packets = `${ipv4.packets} + ${ipv6.packets}`;
      const all = (await bytesOn(house, name)) - before;
      return [`${name}, ${role}`, packets, monthly(ipv4.bytes + ipv6.bytes), monthly(all)];
    });
    const columns = ["interface", "probes and answers, IPv4 + IPv6", "MB a month", "with all else on the Ethernet"];
    return { title: `metered, without users, ${LONG_MS / 60_000} min`, columns, rows: await Promise.all(rows) };
  });

const fail = (problem: string): never => {
  throw new Error(problem);
};

const TRIALS: Readonly<Record<string, () => Promise<Table>>> = {
  speeds,
  disturbances,
  saturation,
  heavy,
  loss,
  metered,
};

buildProduct();
console.log(machineText());
for (const name of process.env.ONLY?.split(",") ?? Object.keys(TRIALS)) {
  const trial = TRIALS[name];
  if (trial === undefined) throw new Error(`ONLY may name ${Object.keys(TRIALS).join(", ")}.`);
  printTable(await trial());
}
