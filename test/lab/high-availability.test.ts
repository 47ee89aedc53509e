import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { briskConfig, type House, openHouse } from "./house.ts";

const SHARED = "192.168.99.1";
const COMMAND = join(import.meta.dirname, "../../bin/wan-failover");

/** keepalived with the packaged example's shape, quick enough for a test. */
const keepalivedConfig = (house: House, priority: number): string => `global_defs {
  router_id router${priority}
  enable_script_security
  script_user root
}
vrrp_script internet {
  script "${COMMAND} --socket ${house.daemon().socket} health"
  interval 3
  timeout 15
  fall 1
  rise 1
}
vrrp_instance lan {
  state BACKUP
  interface ha0
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  virtual_ipaddress {
    ${SHARED}/24
  }
  track_script {
    internet
  }
}
`;

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

const untilOwner = async (owner: House, other: House, withinMs: number): Promise<number> => {
  const start = now();
  while (!((await hasAddress(owner)) && !(await hasAddress(other)))) {
    if (now() - start > withinMs) throw new Error(`the address didn't move: ${owner.daemon().log()}`);
    await pause(100);
  }
  return now() - start;
};

const WIRES = ["wan0", "wan1"] as const;

test("a router whose uplinks are all dead hands over to the other, and takes back after the hold-down", async () => {
  const options = { config: briskConfig(), lab: {} };
  const first = await openHouse(options);
  const second = await openHouse(options);
  const [one, two] = [first, second].map(({ lab }) => lab.namespace("router")) as [string, string];
  await promisify(execFile)("ip", [
    "-n",
    one,
    "link",
    "add",
    "ha0",
    "type",
    "veth",
    "peer",
    "name",
    "ha0",
    "netns",
    two,
  ]);
  await first.lab.run("router", "ip addr add 192.168.99.2/24 dev ha0; ip link set ha0 up");
  await second.lab.run("router", "ip addr add 192.168.99.3/24 dev ha0; ip link set ha0 up");
  await startKeepalived(first, 100);
  await startKeepalived(second, 50);
  await untilOwner(first, second, 40_000);

  for (const wire of WIRES) await first.lab.break("blackhole", wire);
  await untilOwner(second, first, 40_000);
  expect((await first.daemon().cli("health")).code).toBe(1);
  expect((await second.daemon().cli("health", "lte")).code).toBe(0);

  for (const wire of WIRES) await first.lab.mend("blackhole", wire);
  await untilOwner(first, second, 60_000);
  expect((await first.daemon().cli("health")).code).toBe(0);
});
