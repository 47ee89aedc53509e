import { rm } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import type { Daemon } from "../../lab/daemon.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import type { MeasureOptions, Meter } from "../../lab/measure.ts";
import type { LabOptions } from "../../lab/plan.ts";
import type { StreamFilter } from "../../lab/records.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";
import type { Verdict } from "../../src/core/detector/detector.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import type { Status, UplinkFamilyStatus } from "../../src/core/status.ts";

/** A lab with the daemon in its router and clients that measure. */
export interface House {
  readonly lab: Lab;
  readonly meter: Meter;
  /** The daemon that runs now. */
  daemon(): Daemon;
  status(): Promise<Status>;
  /** Waits until the status is as asked, and says how long it took (ms). Rejects with the last status and the log. */
  until(what: string, is: (status: Status) => boolean, withinMs?: number): Promise<number>;
  /** Kills the daemon and starts another; the kernel's state stays unless `fresh`, its memory unless `forgetful`. */
  restart(options?: { fresh?: boolean; forgetful?: boolean; config?: string | object }): Promise<void>;
}

export interface HouseOptions {
  readonly lab?: LabOptions;
  readonly measure?: MeasureOptions;
  /** Replaces the config: two uplinks, everything at its default. */
  readonly config?: string | object;
  /** Variables of the daemon's environment. */
  readonly env?: (lab: Lab) => NodeJS.ProcessEnv;
  /** What is done to the lab before the daemon starts for the first time. */
  readonly prepare?: (lab: Lab) => Promise<unknown>;
  /** What must be true before the test begins: all is well, when not said. */
  readonly ready?: (status: Status) => boolean;
  /** Takes what removes the house; it is removed when the test has finished, when not said. */
  readonly keep?: (close: () => Promise<void>) => void;
}

/** Two uplinks, everything at its default. */
export const UPLINKS = [
  { name: "fiber", interface: "wan0" },
  { name: "lte", interface: "wan1" },
] as const;

/** Fails over, and trusts a line again, within a few seconds. */
export const BRISK = {
  preset: "balanced",
  failoverSpan: "1s",
  failoverSpanGrowth: 1,
  confirmSpacing: "100ms",
  holdDown: "1s",
  holdDownMax: "1s",
  holdDownInterval: "100ms",
} as const;

/** Two uplinks for what follows an outage, rather than for its detection. */
export const briskConfig = (failover: object = {}): object => ({
  uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: BRISK })),
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s", ...failover },
});

/** Each look costs the daemon a millisecond or two, of which other labs have need. */
const LOOK_AGAIN_MS = 30;

/** The clients' first flows, and the first probes, are over after so long. */
const SETTLE_MS = 500;

/** Measuring is most of what a house costs, and several stand beside each other: half as often as a lab would by itself. */
const INTERVAL_MS = 40;

/** As often as a lab would: where single packets or milliseconds count. */
export const CLOSELY = { intervalMs: 20 } as const;

/**
 * The clients begin fifty flows a second from random ports. A port that comes again while the router still knows its
 * last flow continues that one, pinned as it is, and would look like a new flow that was lost (seconds; usually 30).
 */
const FORGET_S = 1;

/** Every uplink is up in both families, and the first carries. */
export const isWell = (status: Status): boolean =>
  FAMILIES.every(
    (family) =>
      status.families[family].carrying[0] === "fiber" &&
      !status.families[family].diverted &&
      status.uplinks.every((uplink) => uplink.families[family]?.verdict === "up"),
  );

/** The family is officially on this uplink. */
export const isOn =
  (name: string, family: Family = "ipv4") =>
  (status: Status): boolean =>
    status.families[family].active.join() === name;

/** Both families are officially on this uplink. */
export const areOn =
  (name: string) =>
  (status: Status): boolean =>
    FAMILIES.every((family) => isOn(name, family)(status));

/** What is said of an uplink in a family. Throws where it isn't there. */
export const told = (status: Status, name: string, family: Family): UplinkFamilyStatus => {
  const one = status.uplinks.find((uplink) => uplink.name === name)?.families[family];
  if (one == null) throw new Error(`${name} has no ${family}`);
  return one;
};

/** The uplink has this verdict in both families. */
export const areAll =
  (name: string, verdict: Verdict) =>
  (status: Status): boolean =>
    FAMILIES.every((family) => told(status, name, family).verdict === verdict);

/** The median of an odd number of figures. */
export const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

/** Opens a house, waits until all is well, and removes it when the test has finished. */
export const openHouse = async ({
  lab: labOptions = {},
  measure = {},
  config = { uplinks: UPLINKS },
  env = () => ({}),
  prepare = async () => {},
  ready = isWell,
  keep = onTestFinished,
}: HouseOptions = {}): Promise<House> => {
  const lab = await createLab(labOptions);
  keep(() => lab.close());
  await lab.run("router", `echo ${FORGET_S} > /proc/sys/net/netfilter/nf_conntrack_udp_timeout`);
  await prepare(lab);
  let daemon = await lab.startDaemon({ config, env: env(lab) });
  let current: string | object = config;
  const status = async (): Promise<Status> => ((await daemon.status()) as StatusAnswer).status;
  const until = async (what: string, is: (status: Status) => boolean, withinMs = 10_000): Promise<number> => {
    const start = now();
    for (;;) {
      const seen = await status();
      if (is(seen)) return now() - start;
      if (now() - start > withinMs) throw new Error(`not ${what}: ${JSON.stringify(seen, null, 1)}\n${daemon.log()}`);
      await pause(LOOK_AGAIN_MS);
    }
  };
  const restart = async ({
    fresh = false,
    forgetful = false,
    config: next = current,
  }: {
    fresh?: boolean;
    forgetful?: boolean;
    config?: string | object;
  } = {}): Promise<void> => {
    await daemon.kill9();
    current = next;
    if (forgetful) await rm(placesOf(lab).stateFile, { force: true });
    if (fresh) await daemon.cli("reset");
    daemon = await lab.startDaemon({ config: next, env: env(lab) });
    if (fresh) await until("well again", isWell);
  };
  await until("well at the start", ready);
  const meter = await lab.measure({ intervalMs: INTERVAL_MS, ...measure });
  await pause(SETTLE_MS);
  return { lab, meter, daemon: () => daemon, status, until, restart };
};

/** The daemon's files in a lab, and the variables that lead it there. */
export const placesOf = ({ plan }: Lab) => ({
  configFile: join(plan.directory, "etc/config.yaml"),
  stateFile: join(plan.directory, "run/state.json"),
  env: { RUNTIME_DIRECTORY: join(plan.directory, "run"), CONFIGURATION_DIRECTORY: join(plan.directory, "etc") },
});

/** Our default routes in table main, in both families, as `ip` shows them. */
export const ourDefaults = (lab: Lab): Promise<string> =>
  lab.run("router", "ip route show default proto 87; ip -6 route show default proto 87");

/** The log's lines that tell of traffic that moved. */
export const movesIn = (log: string): readonly string[] =>
  log.split("\n").filter((line) => /(start|failover|failback|by order|sharing changed): |new flows take/.test(line));

/** How many packets of a span were lost, by kind of flow and family; what lost nothing is left out. */
export const losses = async (
  { meter }: House,
  span: { readonly from: number; readonly to?: number },
  flows: readonly StreamFilter[] = [{ flow: "new" }, { flow: "long", protocol: "udp" }],
): Promise<Readonly<Record<string, number>>> => {
  const to = span.to ?? meter.now();
  const counted = await Promise.all(
    flows.flatMap((flow) =>
      FAMILIES.map(async (family) => ({
        name: `${flow.flow} ${family}`,
        lost: await meter.lost({ ...flow, family, from: span.from, to }),
      })),
    ),
  );
  return Object.fromEntries(counted.filter(({ lost }) => lost > 0).map(({ name, lost }) => [name, lost]));
};

/** What `doctor` found. */
export interface Diagnosed {
  readonly code: number | null;
  /** The findings' codes, in their order. */
  readonly codes: readonly string[];
  /** What it says to people. */
  readonly text: string;
}

/** Asks `doctor` beside the daemon. */
export const diagnosed = async (house: House): Promise<Diagnosed> => {
  const config = house.daemon().configFile;
  const json = await house.daemon().cli("doctor", "--json", "--config", config);
  const { code, stdout } = await house.daemon().cli("doctor", "--config", config);
  const findings = (JSON.parse(json.stdout) as { findings: readonly { code: string }[] }).findings;
  return { code, codes: findings.map((finding) => finding.code), text: stdout };
};
