import { expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { areAll, areOn, BRISK, diagnosed, type House, openHouse, UPLINKS } from "./house.ts";

/** The web page of a modem in bridge mode: in a subnet of its own, at the end of the line of lte. */
const MODEM = { ipv4: "192.168.5.1", ipv6: "2001:db8:5::1" } as const;
const ROUTES = ["192.168.5.0/24", "2001:db8:5::/48"];
const FAILOVER = { holdAfterFailover: "1s", holdAfterFailback: "1s" };

const configOf = (routes: readonly string[]): object => ({
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: BRISK, ...(uplink.name === "lte" ? { routes } : {}) })),
  failover: FAILOVER,
});

/** Servers that answer each connection with the address that they see. */
const startModem = async (lab: Lab): Promise<void> => {
  await lab.run("isp-b", `ip address add ${MODEM.ipv4}/32 dev lo; ip address add ${MODEM.ipv6}/128 dev lo`);
  for (const listen of ["TCP4-LISTEN:80", "TCP6-LISTEN:80,ipv6-v6only=1"]) {
    lab.spawn("isp-b", ["socat", `${listen},fork,reuseaddr`, "SYSTEM:echo $SOCAT_PEERADDR"]);
  }
};

/** What the modem says that it was asked from; empty where it couldn't be reached. */
const seenBy = async ({ lab }: House, family: Family): Promise<string> => {
  const place = family === "ipv4" ? `TCP4:${MODEM.ipv4}:80` : `TCP6:[${MODEM.ipv6}]:80`;
  const { stdout } = await lab.execute("client", ["socat", "-t", "1", `${place},connect-timeout=1`, "-"]);
  return stdout.trim().replace(/^\[(.*)\]$/, "$1");
};

const askedFrom = async (house: House): Promise<readonly string[]> =>
  Promise.all(FAMILIES.map((family) => seenBy(house, family)));

/** lte's own addresses: the ISP there drops everything else. */
const LTE_SEEN = ["198.51.100.2", expect.stringMatching(/^2001:0?db8:0*b:.*2$/i)];

const routesOf = (lab: Lab): Promise<string> =>
  lab.run("router", "ip route show proto 87 metric 87; ip -6 route show proto 87 metric 87");

const LTE_ROUTES = /192\.168\.5\.0\/24 via 198\.51\.100\.1 dev wan1 .*\n2001:db8:5::\/48 via fe80::1 dev wan1 /;

/** The interface that the router sends a packet out by. */
const way = async (lab: Lab, packet: string): Promise<string> =>
  /dev (\S+)/.exec(await lab.run("router", `ip route get ${packet}`))?.[1] ?? "none";

/** The targets, of both families, that the LAN client gets no answer from. */
const silentTo = async (lab: Lab): Promise<readonly string[]> => {
  const asked = await Promise.all(
    lab.plan.targets.map(async (target) => ({
      target,
      code: (await lab.execute("client", ["ping", "-c1", "-W1", target])).code,
    })),
  );
  return asked.filter(({ code }) => code !== 0).map(({ target }) => target);
};

test("destinations always take their uplink, while it has a path, and swallow no network of ours", async () => {
  const house = await openHouse({ config: configOf(ROUTES), prepare: startModem, measure: { long: [] } });
  const { lab } = house;
  expect(await routesOf(lab)).toMatch(LTE_ROUTES);
  expect(await askedFrom(house)).toEqual(LTE_SEEN);
  expect(await lab.run("router", "conntrack -L -d 192.168.5.1 2>/dev/null")).toMatch(/ mark=33554432 /);
  // A flow that is pinned to fiber takes it too, and a probe that is bound to fiber doesn't.
  expect(await way(lab, "192.168.5.1 mark 0x21000000")).toBe("wan1");
  expect(await way(lab, "192.168.5.1 oif wan0 mark 0x21000000")).toBe("wan0");

  await lab.break("blackhole", "wan0");
  await house.until("on lte", areOn("lte"));
  expect(await askedFrom(house)).toEqual(LTE_SEEN);
  // Targets of both uplinks: who is probed isn't taken from users, whichever uplink works.
  expect(await silentTo(lab)).toEqual([]);
  await lab.mend("blackhole", "wan0");
  await house.until("back on fiber", areOn("fiber"), 20_000);

  await lab.break("carrier-loss", "wan1");
  await house.until("lte down", areAll("lte", "down"));
  expect(await routesOf(lab)).toBe("");
  await lab.mend("carrier-loss", "wan1");
  await house.until("lte up", areAll("lte", "up"), 20_000);
  expect(await routesOf(lab)).toMatch(LTE_ROUTES);
  expect(await askedFrom(house)).toEqual(LTE_SEEN);

  await lab.run("router", "ip route del 192.168.5.0/24 proto 87");
  await pause(300);
  expect(await routesOf(lab)).toMatch(LTE_ROUTES);

  await house.restart({ config: configOf(["192.168.77.0/25", "192.168.0.0/16"]) });
  const problem =
    "192.168.77.0/25 is not routed over lte: it lies within the network of lan0 (192.168.77.1/24), which would lose it.";
  await house.until("told", ({ problems }) => problems.includes(problem));
  await house.until("up", areAll("lte", "up"));
  expect((await routesOf(lab)).trim()).toBe("192.168.0.0/16 via 198.51.100.1 dev wan1");
  expect(await way(lab, "192.168.77.10")).toBe("lan0");
  expect((await diagnosed(house)).codes).toContain("route-swallows-network");
});
