import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { ECHO, uplinkNamed } from "../../lab/plan.ts";
import { accessCommands, batch, lineCommand } from "../../lab/topology.ts";
import { areAll, BRISK, type House, losses, openHouse, told } from "./house.ts";

const GATEWAYS = { ipv4: "198.51.100.1", ipv6: "fe80::1" } as const;

const staticConfig = (ipv4: string, ipv6: string): object => ({
  uplinks: [
    { name: "fiber", interface: "wan0", detection: BRISK },
    {
      name: "lte",
      interface: "wan1",
      detection: BRISK,
      ipv4: { method: "static", address: ipv4, gateway: GATEWAYS.ipv4 },
      ipv6: { method: "static", address: ipv6, gateway: GATEWAYS.ipv6 },
    },
  ],
});

const CONFIG = staticConfig("198.51.100.2/29", "2001:db8:b::2/64");

/** Nobody but the daemon configures the second uplink. */
const leaveBare = async (lab: Lab): Promise<void> => {
  await lab.run("isp-b", "ip address add 198.51.100.1/29 dev line0");
  await lab.run("router", "ip address flush dev wan1; ip link set wan1 down");
};

/** The global addresses of the second uplink. */
const addressesOf = async (lab: Lab): Promise<readonly string[]> => {
  const text = await lab.run("router", "ip -oneline address show dev wan1 scope global");
  return [...text.matchAll(/inet6? (\S+)/g)].map(([, address = ""]) => address);
};

const OURS = ["198.51.100.2/29", "2001:db8:b::2/64"];

const reconfigure = async (house: House, config: object): Promise<void> => {
  await writeFile(house.daemon().configFile, JSON.stringify(config));
  house.daemon().signal("SIGHUP");
};

/** What somebody does to the interface, each of which the daemon puts right. */
const TAMPERINGS: readonly (readonly [string, (lab: Lab) => Promise<unknown>])[] = [
  ["withdraws the addresses", (lab) => lab.run("router", "ip address flush dev wan1 scope global")],
  ["switches the interface off", (lab) => lab.run("router", "ip link set wan1 down")],
  [
    "unplugs the modem and plugs it in again",
    async (lab) => {
      const uplink = uplinkNamed(lab.plan, "wan1");
      await lab.run("router", `ip link del wan1; ip ${lineCommand(lab.plan, uplink)}`);
      await lab.run("isp-b", batch([...accessCommands(lab.plan, uplink), "address add 198.51.100.1/29 dev line0"]));
    },
  ],
];

test("a static uplink is configured by the daemon, kept so, and taken back", async () => {
  const house = await openHouse({ config: CONFIG, prepare: leaveBare, measure: { long: ["udp"] } });
  const { lab } = house;
  const begun = house.meter.now();
  expect(await addressesOf(lab)).toEqual(OURS);
  for (const [what, tamper] of TAMPERINGS) {
    await tamper(lab);
    await expect.poll(() => addressesOf(lab), { message: what, interval: 10 }).toEqual(OURS);
    await house.until(`well after somebody ${what}`, areAll("lte", "up"), 15_000);
  }
  await lab.run("router", "ip address add 10.7.7.7/24 dev wan1");
  await reconfigure(house, staticConfig("198.51.100.5/29", "2001:db8:b::5/64"));
  await house.until("on the new address", (status) => told(status, "lte", "ipv6").addresses[0] === "2001:db8:b::5");
  await house.until("up there", areAll("lte", "up"), 15_000);
  const moved = ["10.7.7.7/24", "198.51.100.5/29", "2001:db8:b::5/64"];
  expect(new Set(await addressesOf(lab))).toEqual(new Set(moved));
  await house.restart({ config: staticConfig("198.51.100.5/29", "2001:db8:b::5/64") });
  await house.until("up after a crash", areAll("lte", "up"), 15_000);
  expect(house.daemon().log()).not.toContain("address 198.51.100.5");
  expect(await losses(house, { from: begun })).toEqual({});
  await house.daemon().stop();
  await house.daemon().cli("reset");
  expect(await addressesOf(lab)).toEqual(["10.7.7.7/24"]);
}, 120_000);

test("traffic on a static uplink whose address somebody withdraws is back at once", async () => {
  const house = await openHouse({ config: CONFIG, prepare: leaveBare });
  await house.daemon().cli("use", "lte");
  await house.meter.recovered({ flow: "new", family: "ipv4", after: house.meter.now(), via: "wan1" });
  const after = house.meter.now();
  await house.lab.run("router", "ip address del 198.51.100.2/29 dev wan1");
  const { gapMs } = await house.meter.recovered({ flow: "new", family: "ipv4", after });
  console.log(`the address was withdrawn: new flows after ${gapMs.toFixed(0)} ms`);
  expect(gapMs).toBeLessThan(1000);
});

/** What an admin does who wants to know about one line, by its interface. */
const pinged = async ({ lab }: House, device: string): Promise<readonly boolean[]> =>
  Promise.all(
    [ECHO.ipv4, ECHO.ipv6].map(async (address) => {
      const { code } = await lab.execute("router", ["ping", "-c", "1", "-W", "1", "-I", device, address]);
      return code === 0;
    }),
  );

test("who asks by an uplink's interface learns of that line, also while it is down", async () => {
  const house = await openHouse({ config: CONFIG, prepare: leaveBare, measure: { long: [] } });
  const { lab } = house;
  await lab.run("isp-b", batch(lab.plan.targets.map((target) => `route add blackhole ${target}`)));
  await house.until("lte down", areAll("lte", "down"), 20_000);
  expect(await Promise.all(["wan0", "wan1"].map((device) => pinged(house, device)))).toEqual([
    [true, true],
    [true, true],
  ]);
  await lab.break("blackhole", "wan1");
  expect(await pinged(house, "wan1")).toEqual([false, false]);
  await lab.run("router", "ip rule del priority 18827; ip -6 rule del priority 18826");
  await lab.mend("blackhole", "wan1");
  await expect.poll(() => pinged(house, "wan1")).toEqual([true, true]);
});
