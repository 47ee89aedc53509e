import { now, pause } from "../clock.ts";
import type { Daemon } from "../daemon.ts";
import { createLab, type Lab } from "../lab.ts";
import { type Appointment, agenda, type Lane } from "./agenda.ts";
import { type Breach, brokenHolds, judge, type Request, type Stretch } from "./judge.ts";
import { LINE_TROUBLES, ROUTER_TROUBLES, type Stage, type Trouble } from "./trouble.ts";

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Hears what happens, a line each. */
  readonly tell: (line: string) => void;
}

/** What a run of chaos came to. */
export interface ChaosResult {
  /** When the troubles began (ms, CLOCK_MONOTONIC). */
  readonly start: number;
  readonly troubles: number;
  readonly kept: number;
  readonly excused: number;
  readonly breaches: readonly Breach[];
  readonly brokenHolds: readonly string[];
  /** What of ours was still in the kernel after `reset`; empty is right. */
  readonly leftovers: string;
  readonly crashes: number;
  /** The daemon's words, for whoever looks into a breach. */
  readonly log: string;
}

const HOLD_MS = 8000;

/** The preset's own bound: suspicion, a failover span of a second, and room for a busy machine. */
const BOUND_MS = 5000;

const DETECTION = {
  preset: "balanced",
  failoverSpan: "1s",
  failoverSpanGrowth: 1,
  confirmSpacing: "100ms",
  holdDown: "2s",
  holdDownMax: "2s",
  holdDownInterval: "100ms",
} as const;

const CONFIG = {
  uplinks: [
    { name: "fiber", interface: "wan0", detection: DETECTION },
    { name: "lte", interface: "wan1", detection: DETECTION },
  ],
  failover: { holdAfterFailover: `${HOLD_MS}ms`, holdAfterFailback: "1s" },
};

/** Between two requests of a stream (ms). */
const EVERY_MS = 50;

const TROUBLES: Readonly<Record<Lane, readonly Trouble[]>> = {
  wan0: LINE_TROUBLES,
  wan1: LINE_TROUBLES,
  router: ROUTER_TROUBLES,
};

const CHOICES = { wan0: LINE_TROUBLES.length, wan1: LINE_TROUBLES.length, router: ROUTER_TROUBLES.length };

/** Everything goes wrong at once, for some minutes; a judge outside the daemon says what it owed its users. */
export const runChaos = async ({ minutes, seed, tell }: ChaosOptions): Promise<ChaosResult> => {
  const lab = await createLab();
  try {
    return await inLab(lab, { minutes, seed, tell });
  } finally {
    await lab.close();
  }
};

const inLab = async (lab: Lab, { minutes, seed, tell }: ChaosOptions): Promise<ChaosResult> => {
  await lab.run("router", "echo 1 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout");
  const life = await openLife(lab);
  const users = await openUsers(lab);
  await pause(BOUND_MS);
  const truth = openTruth();
  const forMs = minutes * 60_000;
  const appointments = agenda({ seed, forMs, choices: CHOICES });
  const start = now();
  const stage: Stage = { lab, daemon: life.current, crash: life.crash };
  await Promise.all(appointments.map((each) => keep(each, { stage, truth, start, tell })));
  await pause(Math.max(0, start + forMs - now()) + 2 * BOUND_MS);
  const judgement = judge(truth, await users.leave(), BOUND_MS);
  const leftovers = await life.remove();
  const log = life.log();
  const holds = brokenHolds(log, HOLD_MS);
  const { length: troubles } = appointments;
  return { ...judgement, start, troubles, brokenHolds: holds, leftovers, crashes: life.crashes(), log };
};

/** People in the LAN: each request and what became of it. */
const openUsers = async (lab: Lab) => {
  const requests: Request[] = [];
  const meter = await lab.measure({
    new: ["udp"],
    long: ["udp"],
    intervalMs: EVERY_MS,
    listen: ({ flow, family }, line) => {
      if (line.kind === "sample")
        requests.push({ flow, family, sentAt: line.sample.sentAt, answered: line.sample.answeredAt !== null });
    },
  });
  return {
    leave: async (): Promise<readonly Request[]> => {
      await meter.stop();
      return requests;
    },
  };
};

interface Play {
  readonly stage: Stage;
  readonly truth: ReturnType<typeof openTruth>;
  readonly start: number;
  readonly tell: (line: string) => void;
}

/** Waits for its time, makes trouble, and ends it. */
const keep = async (appointment: Appointment, { stage, truth, start, tell }: Play): Promise<void> => {
  const { lane, choice, uplink, from, to } = appointment;
  const trouble = TROUBLES[lane][choice] as Trouble;
  const isRouter = lane === "router";
  await pause(Math.max(0, start + from - now()));
  tell(`${seconds(start)}  ${isRouter ? "" : `${uplink}: `}${trouble.name}`);
  const over = trouble.kills === "uplink" ? truth.kill(uplink) : truth.disturb();
  await trouble.begin(stage, uplink);
  if (trouble.kills === "nothing") over();
  await pause(Math.max(0, start + to - now()));
  await trouble.end(stage, uplink);
  if (trouble.kills === "uplink") over();
  if (!isRouter) tell(`${seconds(start)}  ${uplink}: ${trouble.name} is over`);
};

const seconds = (start: number): string => `${((now() - start) / 1000).toFixed(1).padStart(7)} s`;

/** Notes what really happens, while it happens. */
const openTruth = () => {
  const dead: Record<string, Stretch[]> = { wan0: [], wan1: [] };
  const disturbed: Stretch[] = [];
  const note = (list: Stretch[]): (() => void) => {
    const at = list.push({ from: now(), to: Number.POSITIVE_INFINITY }) - 1;
    return () => {
      list[at] = { from: list[at]?.from ?? 0, to: now() };
    };
  };
  return { dead, disturbed, kill: (uplink: string) => note(dead[uplink] ?? []), disturb: () => note(disturbed) };
};

/** The daemon through its crashes, and all that it said. */
const openLife = async (lab: Lab) => {
  const start = (): Promise<Daemon> => lab.startDaemon({ config: CONFIG, timeoutMs: 60_000 });
  let daemon = await start();
  const before: string[] = [];
  return {
    current: () => daemon,
    crashes: () => before.length,
    log: () => [...before, daemon.log()].join(""),
    crash: async () => {
      await daemon.kill9();
      before.push(daemon.log());
      daemon = await start();
    },
    remove: async () => {
      await daemon.stop();
      await daemon.cli("reset");
      return lab.run("router", OURS);
    },
  };
};

/** Prints whatever in the router's kernel bears our mark; finding nothing is no failure. */
const OURS = [
  "ip route show table all proto 87; ip -6 route show table all proto 87",
  "{ ip -d rule show; ip -6 -d rule show; } | grep 'proto 87'",
  "nft list tables | grep wan_failover",
]
  .map((command) => `{ ${command}; } || :`)
  .join("; ");
