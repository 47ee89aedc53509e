import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import { FAULT_NAMES, FAULTS, type FaultName } from "../../lab/faults.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import type { LabOptions } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";

const ECHO = { ipv4: "192.0.2.80", ipv6: "2001:db8:ffff::80" } as const;
const GATEWAY = { ipv4: "203.0.113.1", ipv6: "2001:db8:a::1" } as const;

const opened = async (options: LabOptions = {}): Promise<Lab> => {
  const lab = await createLab(options);
  onTestFinished(() => lab.close());
  return lab;
};

/** The share of pings that are answered, bound to an interface of the router. */
const answered = async (lab: Lab, from: string, address: string): Promise<number> => {
  const count = 20;
  const output = await lab.run("router", `ping -q -c ${count} -i 0.005 -W 0.3 -I ${from} ${address} 2>&1 || :`);
  return Number(/(\d+) received/.exec(output)?.[1] ?? 0) / count;
};

const eventually = async (what: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<boolean> => {
  const deadline = now() + withinMs;
  while (!(await what())) {
    if (now() > deadline) return false;
    await pause(5);
  }
  return true;
};

describe("the lab", () => {
  test("is built within 1.5 s", async () => {
    const start = now();
    await opened();
    expect(now() - start).toBeLessThan(1500);
  });

  test("lets the client reach the internet by both ISPs in both families", async () => {
    const lab = await opened();
    const meter = await lab.measure();
    const begin = meter.now();
    await pause(300);
    const switched = await lab.break("route-withdrawn", "wan0");
    for (const family of FAMILIES) {
      const { uplink } = await meter.recovered({ flow: "new", family, after: switched, via: "wan1" });
      const before = await meter.uplinks({ flow: "new", family, from: begin, to: switched - 20 });
      expect([before.map((stretch) => stretch.uplink), uplink]).toEqual([["wan0"], "wan1"]);
    }
  });

  test("has ISPs that drop foreign sources", async () => {
    const lab = await opened({ nat: "none" });
    await lab.run("router", "ip route del default dev wan0; ip -6 route del default dev wan0");
    const own = [await answered(lab, "198.51.100.2", ECHO.ipv4), await answered(lab, "2001:db8:b::2", ECHO.ipv6)];
    const foreign = [await answered(lab, "203.0.113.2", ECHO.ipv4), await answered(lab, "2001:db8:a::2", ECHO.ipv6)];
    expect({ own, foreign }).toEqual({ own: [1, 1], foreign: [0, 0] });
    expect(await lab.run("isp-b", "nft list chain inet isp forward")).toMatch(/packets 20 .*\n.*packets 20 /);
  });

  test.each<LabOptions>([
    { nat: "fixed" },
    { nat: "prefix" },
    { overlap: "same-subnet", ipv6Gateways: "global" },
    { overlap: "lan", reversePathFilter: 1 },
    { ipv6Routes: "advertised" },
    { wire: true },
    { uplinks: 16 },
  ])("works as %o", async (options) => {
    const lab = await opened(options);
    const meter = await lab.measure({ long: [] });
    const after = meter.now();
    for (const family of FAMILIES) await meter.recovered({ flow: "new", family, after });
    expect(await lab.run("router", "cat /proc/sys/net/ipv4/conf/wan0/rp_filter")).toBe(
      `${options.reversePathFilter ?? 0}\n`,
    );
  });

  test("works beside another, whose faults it doesn't feel", async () => {
    const [one, other] = await Promise.all([opened(), opened()]);
    await one.break("blackhole");
    expect(await answered(one, "wan0", ECHO.ipv4)).toBe(0);
    expect(await answered(other, "wan0", ECHO.ipv4)).toBe(1);
  });

  test("lets replies to inbound connections return only by the uplink that they came in by", async () => {
    const lab = await opened();
    const meter = await lab.measure({ new: [], long: [], inbound: ["udp", "tcp"] });
    const works = async (uplink: string): Promise<boolean> => {
      const from = meter.now();
      await pause(500);
      return (await meter.lost({ flow: "inbound", door: "router", uplink, from, to: from + 400 })) === 0;
    };
    expect([await works("wan0"), await works("wan1")]).toEqual([true, false]);
    await lab.run("router", "ip route add default via 198.51.100.1 table 9; ip rule add from 198.51.100.2 lookup 9");
    await lab.run("router", "ip -6 route add default via fe80::1 dev wan1 table 9");
    await lab.run("router", "ip -6 rule add from 2001:db8:b::2 lookup 9");
    expect(await works("wan1")).toBe(true);
  });

  test("measures an outage, its lost packets and its effect on a long TCP connection", async () => {
    const lab = await opened();
    const meter = await lab.measure();
    await pause(300);
    const broken = await lab.break("blackhole");
    await pause(500);
    const mended = await lab.mend("blackhole");
    const { gapMs } = await meter.recovered({ flow: "new", after: broken });
    const lost = await meter.lost({ flow: "long", protocol: "udp", family: "ipv4", from: broken, to: mended });
    expect(gapMs).toBeGreaterThan(450);
    expect(gapMs).toBeLessThan(900);
    expect(lost).toBeGreaterThan(15);
    expect(meter.resets({ from: broken })).toEqual([]);
    await lab.run("internet", "ss -K dst 203.0.113.2 sport = :7 > /dev/null");
    expect(await eventually(() => meter.resets({ family: "ipv4", from: mended }).length === 1)).toBe(true);
  });
});

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
  wan0: [GATEWAY.ipv4, GATEWAY.ipv6],
  wan1: ["198.51.100.1", "2001:db8:b::1"],
};

const PINGS = "-q -c 2 -i 0.05 -w 1";

/** How many addresses answer, all asked at once. */
const alive = async (lab: Lab, uplink: string, addresses: readonly string[]): Promise<number> => {
  const pings = addresses.map(
    (address) => `{ ping ${PINGS} -I ${uplink} ${address} 2>&1 | grep -c '[1-9] received' || :; } &`,
  );
  const output = await lab.run("router", `${pings.join("\n")}\nwait`);
  return output.split("\n").filter((line) => line === "1").length;
};

const show = (lab: Lab, uplink: string, what: string): Promise<string> =>
  lab.run("router", `ip ${what} dev ${uplink} 2>/dev/null || :`);

const symptoms = async (lab: Lab, uplink: string): Promise<Symptoms> => {
  const link = await show(lab, uplink, "link show");
  return {
    interface: link !== "",
    carrier: link.includes("LOWER_UP"),
    address: (await show(lab, uplink, "-4 address show")) !== "",
    route: (await show(lab, uplink, "-4 route show default")) !== "",
    gateway: (await alive(lab, uplink, GATEWAYS[uplink] ?? [])) === 2,
    internet: (await alive(lab, uplink, [ECHO.ipv4, ECHO.ipv6])) === 2,
    targets: await alive(lab, uplink, lab.plan.targets),
  };
};

describe("a fault", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab();
  });
  afterAll(() => lab.close());
  afterEach(() => lab.heal());

  test.each(FAULT_NAMES.filter((name) => EXPECTED[name] !== undefined))(
    "%s breaks what it says, and mending it restores that",
    async (name) => {
      const start = now();
      await lab.break(name, "wan0", { everyMs: 20_000 });
      expect(now() - start).toBeLessThan(100);
      expect(await symptoms(lab, "wan0")).toEqual({ ...SOUND, ...EXPECTED[name] });
      if (FAULTS[name].concerns === "uplink") expect(await symptoms(lab, "wan1")).toEqual(SOUND);
      await lab.mend(name, "wan0");
      await eventually(async () => (await answered(lab, "wan0", ECHO.ipv6)) === 1);
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
    expect(await eventually(async () => (await answered(lab, "wan1", ECHO.ipv6)) === 1)).toBe(true);
    expect([await symptoms(lab, "wan0"), await symptoms(lab, "wan1")]).toEqual([SOUND, SOUND]);
  });

  test("that the lab wasn't built for is refused", async () => {
    await expect(lab.break("delay")).rejects.toThrow("delay needs wires");
    await expect(lab.break("ra-expiry")).rejects.toThrow("needs router advertisements");
  });

  test("of delay delays, by a wire", async () => {
    const wired = await opened({ wire: true });
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

  test("of silent router advertisements lets the IPv6 default expire for real", async () => {
    const advertised = await opened({ ipv6Routes: "advertised" });
    expect(await answered(advertised, "wan0", ECHO.ipv6)).toBe(1);
    await advertised.break("ra-expiry");
    expect(await eventually(async () => (await answered(advertised, "wan0", ECHO.ipv6)) === 0, 30_000)).toBe(true);
    expect(await answered(advertised, "wan1", ECHO.ipv6)).toBe(1);
    await advertised.mend("ra-expiry");
    expect(await eventually(async () => (await answered(advertised, "wan0", ECHO.ipv6)) === 1, 25_000)).toBe(true);
  });

  test("has a key of its own for the demo", () => {
    expect(new Set(FAULT_NAMES.map((name) => FAULTS[name].key)).size).toBe(FAULT_NAMES.length);
  });
});

/** Processes whose command line names a lab. */
const processesOf = (name: string): string[] =>
  readdirSync("/proc").filter((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, "latin1").includes(name);
    } catch {
      return false;
    }
  });

/** The labs that a watchdog's command line names. */
const namesIn = (processes: readonly string[]): string[] =>
  processes.flatMap((id) => {
    const text = existsSync(`/proc/${id}`) ? readFileSync(`/proc/${id}/cmdline`, "latin1") : "";
    return [...text.matchAll(/(wf[0-9a-f]{6})-router/g)].map((found) => found[1] ?? "");
  });

const isGone = (name: string): boolean =>
  !readdirSync("/run/netns").some((entry) => entry.startsWith(name)) &&
  !existsSync(join(tmpdir(), `${name}-lab`)) &&
  processesOf(name).length === 0;

/** A program that builds a lab with something running inside, tells its name, and then ends as `ending` says. */
const program = (ending: string): string => `
  import { createLab } from "./lab/lab.ts";
  const lab = await createLab();
  lab.spawn("router", ["sh", "-c", "trap '' INT TERM HUP; sleep 600 # " + lab.plan.name]);
  await lab.measure();
  console.log(lab.plan.name);
  ${ending}`;

const started = async (ending: string): Promise<{ child: ChildProcess; name: string; ended: Promise<unknown> }> => {
  const root = new URL("../..", import.meta.url).pathname;
  const outfile = join(root, "dist", `lab-test-${process.pid}-${Math.random().toString(36).slice(2)}.mjs`);
  const stdin = { contents: program(ending), resolveDir: root, loader: "ts" } as const;
  await build({ stdin, outfile, bundle: true, platform: "node", format: "esm", external: ["koffi"] });
  onTestFinished(() => rm(outfile));
  const child = spawn(process.execPath, [outfile], { stdio: ["ignore", "pipe", "ignore"] });
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  return { child, name: text.toString().trim(), ended: once(child, "exit") };
};

describe("the lab is gone after", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)("%s", async (signal) => {
    const { child, name, ended } = await started("await new Promise((resolve) => setTimeout(resolve, 60_000));");
    expect(isGone(name)).toBe(false);
    child.kill(signal);
    await ended;
    expect(await eventually(() => isGone(name))).toBe(true);
  });

  test.each([
    ["an exception", "throw new Error('expected');"],
    ["process.exit", "process.exit(0);"],
    ["an end without close", "process.exitCode = 0;"],
    ["close", "await lab.close(); process.exit(0);"],
  ])("%s", async (_, ending) => {
    const { name, ended } = await started(ending);
    await ended;
    expect(await eventually(() => isGone(name))).toBe(true);
  });

  test.each([0, 10, 20, 40, 80])("SIGKILL in the midst of building it, after %i ms", async (delayMs) => {
    const directory = await mkdtemp(join(tmpdir(), "wf-midst-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const env = { ...process.env, TMPDIR: directory };
    const child = spawn(process.execPath, ["dist/lab.mjs", "up"], { stdio: "ignore", env });
    expect(await eventually(() => namesIn(processesOf(directory)).length > 0)).toBe(true);
    await pause(delayMs);
    child.kill("SIGKILL");
    const names = namesIn(processesOf(directory));
    expect(await eventually(() => processesOf(directory).length === 0)).toBe(true);
    expect(names.filter((name) => !isGone(name))).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("Ctrl-C of the command, which says how to enter it", async () => {
    const child = spawn(process.execPath, ["dist/lab.mjs", "up"], { stdio: ["ignore", "pipe", "inherit"] });
    const [text] = (await once(child.stdout, "data")) as [Buffer];
    const name = /ip netns exec (wf\w+)-router bash/.exec(text.toString())?.[1] ?? "";
    expect(isGone(name)).toBe(false);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(isGone(name)).toBe(true);
  });
});

/** Stands in for the daemon: what the lab itself needs of one. */
const STAND_IN = `#!/usr/bin/env node
const { createServer } = require("node:http");
const { readFileSync, rmSync } = require("node:fs");
const socket = process.env.RUNTIME_DIRECTORY + "/api.sock";
if (process.argv[2] !== "run") { console.log(process.argv.slice(2).join(" ")); process.exit(3); }
const config = JSON.parse(readFileSync(process.argv[4], "utf8"));
console.error("started " + config.mood);
if (config.mood === "bad") process.exit(1);
rmSync(socket, { force: true });
createServer((request, response) => {
  request.resume().on("end", () => response.end(JSON.stringify({ url: request.url, method: request.method })));
}).listen(socket);
process.on("SIGTERM", () => process.exit(7));
`;

describe("the daemon in the lab", () => {
  const standIn = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), "wf-stand-in-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "daemon"), STAND_IN, { mode: 0o755 });
    return join(directory, "daemon");
  };

  test("is started, asked, ordered, stopped, killed and started again", async () => {
    const [lab, command] = [await opened(), await standIn()];
    const daemon = await lab.startDaemon({ config: { mood: "good" }, command });
    expect(daemon.log()).toBe("started good\n");
    expect(await daemon.status()).toEqual({ url: "/api/v1/status", method: "GET" });
    expect((await daemon.call("/api/v1/test", {})).body).toContain("POST");
    expect(await daemon.cli("use", "auto")).toEqual({ code: 3, stdout: "use auto\n", stderr: "" });
    expect(await daemon.stop()).toEqual({ code: 7, signal: null });
    const next = await lab.startDaemon({ config: '{ "mood": "better" }', command });
    expect(await next.kill9()).toEqual({ code: null, signal: "SIGKILL" });
    await expect(next.status()).rejects.toThrow();
  });

  test("that can't start says why", async () => {
    const [lab, command] = [await opened(), await standIn()];
    await expect(lab.startDaemon({ config: { mood: "bad" }, command })).rejects.toThrow("started bad");
  });
});
