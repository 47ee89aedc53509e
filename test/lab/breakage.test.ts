import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { now } from "../../lab/clock.ts";
import { FAULT_NAMES, FAULTS, type FaultName } from "../../lab/faults.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { answered, openLab } from "./bare.ts";

const UPLINKS = ["wan0", "wan1"] as const;

/** What one can see of an uplink from the router. */
interface Symptoms {
  readonly interface: boolean;
  readonly carrier: boolean;
  readonly address: boolean;
  readonly route: boolean;
  readonly gateway: boolean;
  readonly internet: boolean;
  readonly targets: number;
}

const SOUND: Symptoms = {
  interface: true,
  carrier: true,
  address: true,
  route: true,
  gateway: true,
  internet: true,
  targets: 5,
};
const CUT_OFF = { internet: false, targets: 0 };
const EXPECTED: Readonly<Partial<Record<FaultName, Partial<Symptoms>>>> = {
  blackhole: CUT_OFF,
  "dead-gateway": { ...CUT_OFF, gateway: false },
  "carrier-loss": { ...CUT_OFF, gateway: false, carrier: false },
  "loss-outbound": CUT_OFF,
  "loss-inbound": CUT_OFF,
  "target-dead": { targets: 3 },
  "most-targets-dead": { targets: 2 },
  "all-targets-dead": { targets: 0 },
  "address-withdrawn": { ...CUT_OFF, gateway: false, address: false, route: false },
  "route-withdrawn": { ...CUT_OFF, route: false },
  "interface-removed": { ...CUT_OFF, gateway: false, carrier: false, address: false, route: false, interface: false },
  "interface-renamed": { ...CUT_OFF, gateway: false, carrier: false, address: false, route: false, interface: false },
  "secondary-dead": {},
  "all-dead": CUT_OFF,
  flapping: CUT_OFF,
  "carrier-flapping": { ...CUT_OFF, gateway: false, carrier: false },
};

const GATEWAYS: Readonly<Record<string, readonly string[]>> = {
  wan0: ["203.0.113.1", "2001:db8:a::1"],
  wan1: ["198.51.100.1", "2001:db8:b::1"],
};

const PINGS = "-q -c 2 -i 0.05 -w 1";

/** How many addresses of each list answer, all asked at once. */
const alive = async (lab: Lab, uplink: string, lists: readonly (readonly string[])[]): Promise<readonly number[]> => {
  const pings = lists.flatMap((addresses, list) =>
    addresses.map(
      (address) => `{ ping ${PINGS} -I ${uplink} ${address} 2>&1 | grep -q '[1-9] received' && echo ${list}; } &`,
    ),
  );
  const answers = (await lab.run("router", `${pings.join("\n")}\nwait`)).split("\n");
  return lists.map((_, list) => answers.filter((line) => line === `${list}`).length);
};

const show = (lab: Lab, uplink: string, what: string): Promise<string> =>
  lab.run("router", `ip ${what} dev ${uplink} 2>/dev/null || :`);

const symptoms = async (lab: Lab, uplink: string): Promise<Symptoms> => {
  const link = await show(lab, uplink, "link show");
  const asked = [GATEWAYS[uplink] ?? [], [ECHO.ipv4, ECHO.ipv6], lab.plan.targets];
  const [gateways, hosts, targets] = await alive(lab, uplink, asked);
  return {
    interface: link !== "",
    carrier: link.includes("LOWER_UP"),
    address: (await show(lab, uplink, "-4 address show")) !== "",
    route: (await show(lab, uplink, "-4 route show default")) !== "",
    gateway: gateways === 2,
    internet: hosts === 2,
    targets: targets ?? 0,
  };
};

describe("a fault", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab();
  });
  afterAll(() => lab.close());
  afterEach(() => lab.heal());
  const untilAnswered = (uplink: string) =>
    expect.poll(() => answered(lab, uplink, ECHO.ipv6), { timeout: 10_000 }).toBe(1);

  test.each(FAULT_NAMES.filter((name) => EXPECTED[name] !== undefined))(
    "%s breaks what it says, and mending it restores that",
    async (name) => {
      const start = now();
      await lab.break(name, "wan0", { everyMs: 20_000 });
      expect(now() - start).toBeLessThan(100);
      const [first, second] = await Promise.all(UPLINKS.map((uplink) => symptoms(lab, uplink)));
      expect(first).toEqual({ ...SOUND, ...EXPECTED[name] });
      if (FAULTS[name].concerns === "uplink") expect(second).toEqual(SOUND);
      await lab.mend(name, "wan0");
      await untilAnswered("wan0");
      expect(await symptoms(lab, "wan0")).toEqual(SOUND);
    },
  );

  test("in one direction leaves the other one open", async () => {
    const requests = async (): Promise<number> =>
      Number(/^Icmp: (?:\d+ ){8}(\d+)/m.exec(await lab.run("internet", "cat /proc/net/snmp"))?.[1]);
    const arriving = async (name: FaultName): Promise<number> => {
      const before = await requests();
      await lab.break(name);
      expect(await answered(lab, "wan0", ECHO.ipv4)).toBe(0);
      await lab.mend(name);
      return (await requests()) - before;
    };
    expect([await arriving("loss-outbound"), await arriving("loss-inbound")]).toEqual([0, 20]);
  });

  test("of loss loses a part", async () => {
    await lab.break("loss", "wan0", { loss: 0.3 });
    const shares = await Promise.all([1, 2, 3, 4, 5].map(() => answered(lab, "wan0", ECHO.ipv4)));
    const share = shares.reduce((sum, one) => sum + one, 0) / shares.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.75);
    await lab.mend("loss");
    expect(await answered(lab, "wan0", ECHO.ipv4)).toBe(1);
  });

  test("of the second uplink leaves the first alone, and either may return first when all are dead", async () => {
    await lab.break("secondary-dead");
    expect([await answered(lab, "wan0", ECHO.ipv4), await answered(lab, "wan1", ECHO.ipv4)]).toEqual([1, 0]);
    await lab.break("all-dead");
    await lab.mend("blackhole", "wan1");
    expect([await answered(lab, "wan0", ECHO.ipv4), await answered(lab, "wan1", ECHO.ipv4)]).toEqual([0, 1]);
    await lab.heal();
  });

  test("of flapping comes, goes, and ends by itself", async () => {
    const meter = await lab.measure({ long: [], families: ["ipv4"], timeoutMs: 100 });
    const from = await lab.break("flapping", "wan0", { everyMs: 200, rounds: 2 });
    const gaps = [];
    for (const part of [50, 250, 450, 650, 1050])
      gaps.push(await meter.lost({ flow: "new", from: from + part, to: from + part + 100 }));
    expect(gaps.map((lost) => lost > 0)).toEqual([true, false, true, false, false]);
    await meter.stop();
  });

  test("is mended with all others at once", async () => {
    for (const name of FAULT_NAMES.filter((other) => FAULTS[other].needs === null && other !== "interface-renamed")) {
      await lab.break(name, "wan1").catch(() => {});
    }
    await lab.heal();
    await untilAnswered("wan1");
    expect(await Promise.all(UPLINKS.map((uplink) => symptoms(lab, uplink)))).toEqual([SOUND, SOUND]);
  });

  test("that the lab wasn't built for is refused", async () => {
    await expect(lab.break("delay")).rejects.toThrow("delay needs wires");
    await expect(lab.break("ra-expiry")).rejects.toThrow("needs router advertisements");
  });

  test("of delay delays, by a wire", async () => {
    const wired = await openLab({ wire: true });
    const roundTrip = async (): Promise<number> =>
      Number(/= [\d.]+\/([\d.]+)/.exec(await wired.run("router", `ping -q -c 5 -i 0.05 -I wan0 ${ECHO.ipv4}`))?.[1]);
    expect(await roundTrip()).toBeLessThan(20);
    await wired.break("delay", "wan0", { delayMs: 30 });
    expect(await roundTrip()).toBeGreaterThan(58);
    await wired.mend("delay");
    expect(await roundTrip()).toBeLessThan(20);
    await wired.break("interface-removed");
    await wired.mend("interface-removed");
    expect(await answered(wired, "wan0", ECHO.ipv4)).toBeGreaterThan(0);
  });

  test("has a key of its own for the demo", () => {
    expect(new Set(FAULT_NAMES.map((name) => FAULTS[name].key)).size).toBe(FAULT_NAMES.length);
  });
});
