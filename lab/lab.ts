import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { AppError } from "../src/error.ts";
import { now, pause } from "./clock.ts";
import { type Daemon, type DaemonOptions, execute, type Outcome, startDaemon } from "./daemon.ts";
import { type Strength, USUAL_STRENGTH } from "./fault.ts";
import { FAULTS, type FaultName, healAll, stopBackground } from "./faults.ts";
import { type Hands, openHands, wireFirewall } from "./hands.ts";
import { lineChains, targetChain } from "./line.ts";
import { type MeasureOptions, type Meter, startMeter } from "./measure.ts";
import {
  accessOf,
  DOORS,
  ECHO,
  LAN,
  type LabOptions,
  type LabPlan,
  namespaceOf,
  planLab,
  rolesOf,
  type UplinkPlan,
  uplinkNamed,
} from "./plan.ts";
import { type Child, release, spawnIn, startProgram } from "./program.ts";
import {
  cableCommands,
  clientScript,
  internetScript,
  ispFirewall,
  ispScript,
  namespaceCommands,
  routerScript,
} from "./topology.ts";
import { startWatchdog } from "./watchdog.ts";
import type { WireChange } from "./wire.ts";

/** A lab that is up. */
export interface Lab {
  readonly plan: LabPlan;
  /** CLOCK_MONOTONIC in milliseconds, as in all measurements. */
  now(): number;
  /** The full name of a role's namespace. */
  namespace(role: string): string;
  /** Runs a shell script in a role's namespace, in the helper that is open there: quick. Rejects where a command fails. */
  run(role: string, script: string): Promise<string>;
  /** Runs a command to its end in a role's namespace. Doesn't reject where it fails. */
  execute(role: string, argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** Starts a command in a role's namespace; it ends with the lab at the latest, and holds up no exit. */
  spawn(role: string, argv: readonly string[], env?: NodeJS.ProcessEnv): Child;
  /** Injects a fault; resolves with the time when it was in place. */
  break(fault: FaultName, uplink?: string, strength?: Partial<Strength>): Promise<number>;
  /** Undoes it; resolves with the time when that was done. */
  mend(fault: FaultName, uplink?: string): Promise<number>;
  /** Undoes everything. */
  heal(): Promise<void>;
  /** Changes an uplink's wire, in a lab that was built with wires. */
  setWire(uplink: string, change: WireChange): Promise<void>;
  /** Starts measuring clients. */
  measure(options?: MeasureOptions): Promise<Meter>;
  /** Starts the daemon in the router. */
  startDaemon(options: DaemonOptions): Promise<Daemon>;
  /** Removes everything. What isn't closed is removed when this process ends, however it does. */
  close(): Promise<void>;
}

/** Router advertisements come every 4 s, but in dnsmasq's first minute only every 5 to 20 (radv.c, new_timeout): they are good for longer. */
const ADVERTISEMENT = { everySeconds: 4, lifetimeSeconds: 24 } as const;
const LEARN_MS = 15_000;
const LOOK_AGAIN_MS = 20;

const isInstalled = (command: string): boolean =>
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"].some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const checkMachine = (plan: LabPlan): void => {
  if (process.getuid?.() !== 0) throw new AppError("lab-unavailable", "The lab needs root.");
  const needed = ["ip", "nft", ...(plan.options.ipv6Routes === "advertised" ? ["dnsmasq"] : [])];
  const missing = needed.filter((command) => !isInstalled(command));
  if (missing.length > 0) throw new AppError("lab-unavailable", `The lab needs ${missing.join(" and ")}.`);
};

const layCables = async (plan: LabPlan): Promise<void> => {
  await runBatch([], namespaceCommands(plan));
  await runBatch(["-netns", namespaceOf(plan, "internet")], cableCommands(plan));
};

const runBatch = async (options: readonly string[], commands: readonly string[]): Promise<void> => {
  const child = spawn("ip", [...options, "-batch", "-"], { stdio: ["pipe", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(`${commands.join("\n")}\n`);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new AppError("lab-unavailable", `ip: ${errors.trim()}`);
};

const strungWire = async (hands: Hands, uplink: UplinkPlan): Promise<void> => {
  const order = accessOf(hands.plan);
  const wire = await startProgram(namespaceOf(hands.plan, uplink.isp), { name: "wire", order });
  hands.wires.set(uplink.name, wire);
};

/** dnsmasq as a router that advertises itself, and nothing else. */
const advertise = (plan: LabPlan, uplink: UplinkPlan): void => {
  const access = accessOf(plan);
  const { everySeconds, lifetimeSeconds } = ADVERTISEMENT;
  const options = [
    ...["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0", "--leasefile-ro", "--user=root"],
    ...["--log-facility=-", "--bind-dynamic", `--interface=${access}`, "--enable-ra"],
    `--dhcp-range=${uplink.ipv6.range.replace("/48", "")},ra-only`,
    `--ra-param=${access},${everySeconds},${lifetimeSeconds}`,
  ];
  const child = spawnIn(namespaceOf(plan, uplink.isp), ["dnsmasq", ...options]);
  for (const stream of [child.stdout, child.stderr]) stream.resume();
  release(child);
};

const buildIsp = async (hands: Hands, uplink: UplinkPlan): Promise<void> => {
  const { plan } = hands;
  if (plan.options.wire) await strungWire(hands, uplink);
  const wired = plan.options.wire ? wireFirewall() : [];
  const firewall = [...ispFirewall(plan, uplink), ...lineChains(), ...wired];
  await Promise.all([hands.run(uplink.isp, ispScript(plan, uplink)), hands.loadFirewall(uplink.isp, firewall)]);
  if (plan.options.ipv6Routes === "advertised") advertise(plan, uplink);
};

const buildAll = async (hands: Hands): Promise<void> => {
  const { plan } = hands;
  await Promise.all([
    hands.run("client", clientScript()),
    hands.run("router", routerScript(plan)),
    hands.run("internet", internetScript(plan)),
    hands.loadFirewall("internet", targetChain()),
    ...plan.uplinks.map((uplink) => buildIsp(hands, uplink)),
  ]);
};

/** Waits until the router has learned a default route from each ISP's advertisements. */
const waitForAdvertisements = async (hands: Hands): Promise<void> => {
  const deadline = now() + LEARN_MS;
  for (;;) {
    const routes = await hands.run("router", "ip -6 -oneline route show default proto ra");
    if (hands.plan.uplinks.every(({ name }) => routes.includes(`dev ${name} `))) return;
    if (now() > deadline) throw new AppError("lab-unavailable", "The router learns no IPv6 default route.");
    await pause(LOOK_AGAIN_MS);
  }
};

const echoPlaces = (addresses: readonly string[], port: number) => addresses.map((address) => ({ address, port }));

const startEcho = async (plan: LabPlan, role: string): Promise<void> => {
  const own = plan.uplinks.flatMap(({ ipv4, ipv6 }) => [ipv4.inbound, ipv6.inbound].filter((one) => one !== null));
  const places = {
    internet: echoPlaces([ECHO.ipv4, ECHO.ipv6], ECHO.port),
    router: echoPlaces(own, DOORS.router),
    client: echoPlaces([LAN.ipv4.client, LAN.ipv6.client], DOORS.router),
  }[role];
  await startProgram(namespaceOf(plan, role), { name: "echo", order: places });
};

/** Starts each role's echo server when it is needed first. */
const echoStarter = (plan: LabPlan): ((roles: readonly string[]) => Promise<void>) => {
  const started = new Map<string, Promise<void>>();
  const start = (role: string): Promise<void> => {
    const running = started.get(role) ?? startEcho(plan, role);
    started.set(role, running);
    return running;
  };
  return async (roles) => {
    await Promise.all(roles.map(start));
  };
};

const checkNeeds = (plan: LabPlan, fault: FaultName): void => {
  const { needs } = FAULTS[fault];
  if (needs === "wire" && !plan.options.wire) throw new AppError("lab-unavailable", `${fault} needs wires.`);
  if (needs === "advertised" && plan.options.ipv6Routes !== "advertised") {
    throw new AppError("lab-unavailable", `${fault} needs router advertisements.`);
  }
};

const act = async (
  hands: Hands,
  what: { verb: "break" | "mend"; fault: FaultName; uplink: string; strength: Partial<Strength> },
): Promise<number> => {
  const { plan } = hands;
  checkNeeds(plan, what.fault);
  const scope = { ...USUAL_STRENGTH, ...what.strength, uplink: uplinkNamed(plan, what.uplink) };
  await FAULTS[what.fault][what.verb](hands, scope);
  return now();
};

const labOf = (hands: Hands, close: () => Promise<void>): Lab => {
  const { plan } = hands;
  const startEchoes = echoStarter(plan);
  const namespace = (role: string): string => namespaceOf(plan, role);
  return {
    plan,
    now,
    namespace,
    run: hands.run,
    execute: (role, argv, env) => execute(namespace(role), argv, env),
    spawn: (role, argv, env) => {
      const child = spawnIn(namespace(role), argv, env);
      release(child);
      return child;
    },
    break: (fault, uplink = "wan0", strength = {}) => act(hands, { verb: "break", fault, uplink, strength }),
    mend: (fault, uplink = "wan0") => act(hands, { verb: "mend", fault, uplink, strength: {} }),
    heal: () => healAll(hands),
    setWire: async (uplink, change) => hands.setWire(uplinkNamed(plan, uplink), change),
    measure: async (options = {}) => {
      await startEchoes(["internet", ...((options.inbound ?? []).length > 0 ? ["router", "client"] : [])]);
      return startMeter(plan, options);
    },
    startDaemon: (options) => startDaemon(plan, options),
    close,
  };
};

/** Builds a lab. Rejects with `lab-unavailable` where that can't be done, and leaves nothing then. */
export const createLab = async (options: LabOptions = {}): Promise<Lab> => {
  const plan = planLab(options);
  checkMachine(plan);
  const namespaces = rolesOf(plan).map((role) => namespaceOf(plan, role));
  const watchdog = startWatchdog({ directory: plan.directory, namespaces });
  try {
    await Promise.all([mkdir(plan.directory, { mode: 0o700 }), layCables(plan)]);
    const hands = openHands(plan);
    await buildAll(hands);
    if (plan.options.ipv6Routes === "advertised") await waitForAdvertisements(hands);
    return labOf(hands, async () => {
      await stopBackground(hands);
      await watchdog.release();
    });
  } catch (error) {
    await watchdog.release();
    throw error;
  }
};
