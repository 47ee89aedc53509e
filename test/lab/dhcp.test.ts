import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Lab } from "../../lab/lab.ts";
import { areOn, BRISK, losses, openHouse, placesOf, told } from "./house.ts";

const dhcpConfig = {
  uplinks: [
    { name: "fiber", interface: "wan0", detection: BRISK },
    { name: "lte", interface: "wan1", detection: BRISK, ipv4: { method: "dhcp" } },
  ],
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
};

/** A DHCP server at the second ISP that lends this one address. */
const serve = async (lab: Lab, address: string, gateway: string, mask = "255.255.255.0"): Promise<() => void> => {
  const options = [
    ...["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0", "--leasefile-ro", "--user=root"],
    ...["--no-ping", "--log-facility=-", "--bind-dynamic", "--interface=line0", "--dhcp-authoritative"],
    ...[`--dhcp-range=${address},${address},255.255.255.0,1h`, `--dhcp-option=3,${gateway}`],
    ...["--dhcp-option=6,198.51.100.1", `--dhcp-option=1,${mask}`],
  ];
  const child = lab.spawn("isp-b", ["dnsmasq", ...options]);
  for (const stream of [child.stdout, child.stderr]) stream.resume();
  return () => void child.kill("SIGTERM");
};

const addressesOf = async (lab: Lab): Promise<readonly string[]> => {
  const text = await lab.run("router", "ip -oneline -4 address show dev wan1 scope global");
  return [...text.matchAll(/inet (\S+)/g)].map(([, address = ""]) => address);
};

test("a lease is obtained, renewed with another address and gateway, kept over a crash and over nonsense, asked for anew with the carrier, and missed aloud", async () => {
  let stop = (): void => {};
  const house = await openHouse({
    config: dhcpConfig,
    prepare: async (lab) => {
      await lab.run("isp-b", "ip address add 198.51.100.1/24 dev line0; ip address add 198.51.100.254/24 dev line0");
      await lab.run("router", "ip -4 address flush dev wan1");
      stop = await serve(lab, "198.51.100.7", "198.51.100.1");
    },
    measure: { long: ["udp"] },
  });
  const { lab, meter } = house;
  expect(await addressesOf(lab)).toEqual(["198.51.100.7/24"]);
  expect(told(await house.status(), "lte", "ipv4").dhcp).toMatchObject({
    problem: null,
    lease: { address: "198.51.100.7/24", gateway: "198.51.100.1", dns: ["198.51.100.1"] },
  });
  const from = meter.now();
  await house.restart();
  expect(await addressesOf(lab)).toEqual(["198.51.100.7/24"]);
  await house.until("up after a crash", (status) => told(status, "lte", "ipv4").verdict === "up");
  expect(await losses(house, { from })).toEqual({});

  const after = await lab.break("blackhole");
  await house.until("on lte", areOn("lte"));
  await meter.recovered({ flow: "new", family: "ipv4", after, via: "wan1" });
  stop();
  stop = await serve(lab, "198.51.100.9", "198.51.100.254");
  const pid = (await readFile(join(placesOf(lab).env.RUNTIME_DIRECTORY, "udhcpc-lte.pid"), "utf8")).trim();
  const renewed = meter.now();
  process.kill(Number(pid), "SIGUSR1");
  await house.until("on the new lease", (status) => told(status, "lte", "ipv4").gateway === "198.51.100.254", 15_000);
  await meter.recovered({ flow: "new", family: "ipv4", after: renewed, via: "wan1" });
  expect(await addressesOf(lab)).toEqual(["198.51.100.9/24"]);
  expect(areOn("lte")(await house.status())).toBe(true);
  expect(await lab.run("router", "ip route show default proto 87 metric 1")).toContain("via 198.51.100.254 dev wan1");

  stop();
  stop = await serve(lab, "198.51.100.9", "198.51.100.1", "255.0.255.0");
  process.kill(Number(pid), "SIGUSR1");
  const nonsense = 'lte has no newer IPv4 lease: the DHCP server hands out nonsense: "255.0.255.0" is no mask.';
  await house.until("told of nonsense", ({ problems }) => problems.includes(nonsense));
  expect(told(await house.status(), "lte", "ipv4").gateway).toBe("198.51.100.254");
  await lab.mend("blackhole");
  await house.until("back on fiber all the same", areOn("fiber"), 20_000);
  stop();
  stop = await serve(lab, "198.51.100.9", "198.51.100.254");

  process.kill(Number(pid), "SIGKILL");
  await house.until("told that the client ended", ({ problems }) =>
    problems.some((problem) => problem.startsWith("lte has no newer IPv4 lease: udhcpc ended (SIGKILL)")),
  );
  await house.until("running again", ({ problems }) => problems.every((problem) => !problem.includes("lease")));

  stop();
  await lab.break("carrier-loss", "wan1");
  await house.until("told of the carrier", (status) => told(status, "lte", "ipv4").verdict === "down");
  stop = await serve(lab, "198.51.100.7", "198.51.100.1");
  await lab.mend("carrier-loss", "wan1");
  await house.until("in the new network", (status) => told(status, "lte", "ipv4").gateway === "198.51.100.1", 15_000);
  expect(await addressesOf(lab)).toEqual(["198.51.100.7/24"]);
  stop();
}, 90_000);
