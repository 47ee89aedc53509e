import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { COMMAND } from "../../lab/daemon.ts";
import { BRISK, type House, openHouse, told, UPLINKS } from "./house.ts";

const SHARED = "192.168.99.1";
const EXAMPLE = readFileSync(new URL("../../packaging/keepalived/keepalived.conf", import.meta.url), "utf8");

const run = promisify(execFile);

/** The packaged example in a router of the lab; a check may take longer on a machine that is busy with other tests. */
const keepalivedConfig = (house: House, priority: number): string =>
  EXAMPLE.replace("/usr/bin/wan-failover", `${COMMAND} --socket ${house.daemon().socket}`)
    .replace("interface eth1", "interface ha0")
    .replace("192.168.1.1/24", `${SHARED}/24`)
    .replace("router_id router1", `router_id router${priority}`)
    .replace("priority 100", `priority ${priority}`)
    .replace("timeout 5", "timeout 15");

const startKeepalived = async (house: House, priority: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "wan-failover-ha-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "keepalived.conf");
  await writeFile(file, keepalivedConfig(house, priority));
  const pids = ["-p", "-r", "-c"].flatMap((flag) => [flag, join(folder, `pid${flag}`)]);
  house.lab.spawn("router", ["keepalived", "--dont-fork", "--log-console", "--vrrp", "-f", file, ...pids]);
};

const hasAddress = async (house: House): Promise<boolean> =>
  (await house.lab.run("router", "ip -4 -oneline addr show dev ha0")).includes(SHARED);

const untilOwner = async (owner: House, other: House, withinMs: number): Promise<void> => {
  const start = now();
  while (!((await hasAddress(owner)) && !(await hasAddress(other)))) {
    if (now() - start > withinMs) throw new Error(`the address didn't move: ${owner.daemon().log()}`);
    await pause(500);
  }
};

const held = { ...BRISK, holdDown: "5s", holdDownMax: "5s" };
const CONFIG = { uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: held })) };

const openPair = async (): Promise<readonly [House, House]> => {
  const open = () => openHouse({ config: CONFIG, measure: { long: [] } });
  const pair = await Promise.all([open(), open()]);
  const [one, two] = pair.map(({ lab }) => lab.namespace("router")) as [string, string];
  await run("ip", ["-n", one, "link", "add", "ha0", "type", "veth", "peer", "name", "ha0", "netns", two]);
  await Promise.all(
    pair.map(({ lab }, place) =>
      lab.run("router", `ip addr add 192.168.99.${place + 2}/24 dev ha0; ip link set ha0 up`),
    ),
  );
  return pair;
};

test("a router whose uplinks are all dead hands over to the other, and takes back after the hold-down", async () => {
  const [first, second] = await openPair();
  const wires = async (change: "break" | "mend"): Promise<void> => {
    for (const wire of ["wan0", "wan1"]) await first.lab[change]("blackhole", wire);
  };
  await startKeepalived(first, 100);
  await startKeepalived(second, 50);
  await untilOwner(first, second, 40_000);

  await wires("break");
  await untilOwner(second, first, 40_000);
  expect((await first.daemon().cli("health")).code).toBe(1);
  expect((await second.daemon().cli("health", "lte")).code).toBe(0);

  await wires("mend");
  await first.until("held down", (status) => told(status, "fiber", "ipv4").verdict === "hold-down");
  expect(await hasAddress(first)).toBe(false);
  await untilOwner(first, second, 60_000);
  expect((await first.daemon().cli("health")).code).toBe(0);
});
