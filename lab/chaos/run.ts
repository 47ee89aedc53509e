import { now, pause } from "../clock.ts";
import { createLab, type Lab } from "../lab.ts";
import { uplinkNamed } from "../plan.ts";
import { type Appointment, agenda, LANES } from "./agenda.ts";
import { type Breach, brokenHolds, judge, pinnedToDead, type Request, type Sighting } from "./judge.ts";
import { openLender } from "./lender.ts";
import { type Life, openLife } from "./life.ts";
import { openMachine } from "./machine.ts";
import { playLane } from "./play.ts";
import { TROUBLES } from "./troubles.ts";
import { openNotes } from "./truth.ts";
import { openWitness } from "./witness.ts";

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
  /** Flows that a dead uplink still had. */
  readonly pinned: readonly Sighting[];
  /** When (ms from the start) there was no lease in time, though somebody lent one. */
  readonly unleased: readonly number[];
  /** What of ours was still in the kernel after `reset`; empty is right. */
  readonly leftovers: string;
  readonly crashes: number;
  /** The daemon's words, each with its time from the start, for whoever looks into a breach. */
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

const LEASED = "wan1";

const CONFIG = {
  uplinks: [
    { name: "fiber", interface: "wan0", detection: DETECTION },
    {
      ...{ name: "lte", interface: LEASED, detection: DETECTION },
      ...{ ipv4: { method: "dhcp" }, ipv6: { method: "dhcp" } },
    },
  ],
  failover: { holdAfterFailover: `${HOLD_MS}ms`, holdAfterFailback: "1s" },
  steer: [{ name: "guests", from: ["192.168.77.128/25"], over: ["lte"], otherwise: "refuse" }],
};

/** Between two requests of a stream (ms). */
const EVERY_MS = 50;

/** Everything goes wrong at once, for some minutes; a judge outside the daemon says what it owed its users. */
export const runChaos = async (options: ChaosOptions): Promise<ChaosResult> => {
  const lab = await createLab({ leased: [LEASED] });
  try {
    return await inLab(lab, options);
  } finally {
    await lab.close();
  }
};

const inLab = async (lab: Lab, { minutes, seed, tell }: ChaosOptions): Promise<ChaosResult> => {
  const forMs = minutes * 60_000;
  const { life, ...stage } = await openStage(lab);
  const [users, witness] = [await openUsers(lab), openWitness(lab)];
  await pause(BOUND_MS);
  const notes = openNotes(lab.plan.uplinks.map(({ name }) => name));
  const start = now();
  const play = { stage, notes, start, until: start + forMs, tell, unleased: [] as number[] };
  const lanes = agenda({ seed, forMs, choices: CHOICES });
  const counts = await Promise.all(lanes.map((lane) => playLane(lane, play)));
  await pause(Math.max(0, play.until - now()) + 2 * BOUND_MS);
  const requests = await users.leave();
  return {
    ...judge(notes.truth, requests, BOUND_MS),
    pinned: pinnedToDead(notes.truth, witness.sightings(), BOUND_MS),
    start,
    troubles: counts.reduce((sum, count) => sum + count, 0),
    unleased: play.unleased,
    ...(await epitaph(life, start)),
  };
};

const CHOICES = Object.fromEntries(LANES.map((lane) => [lane, TROUBLES[lane].length])) as Record<
  Appointment["lane"],
  number
>;

/** The router under the daemon, with all that is well. */
const openStage = async (lab: Lab) => {
  await lab.run("router", PREPARATION);
  const machine = openMachine(lab);
  const lender = await openLender(lab, uplinkNamed(lab.plan, LEASED));
  await lender.speak();
  const life = await openLife(lab, { command: machine.command, config: CONFIG });
  await lender.taken();
  return { lab, machine, lender, life, daemon: life.current, crash: life.crash };
};

/** The router forgets a flow as soon as it may; and has no IPv6 address on the leased line but by its lease. */
const PREPARATION = [
  "echo 1 > /proc/sys/net/netfilter/nf_conntrack_udp_timeout",
  `for name in default ${LEASED}; do echo 0 > /proc/sys/net/ipv6/conf/$name/autoconf; done`,
].join("\n");

/** What is known once it is over. */
const epitaph = async (life: Life, start: number) => {
  const leftovers = await life.remove();
  const said = life.said();
  const log = said.map(({ at, line }) => `${((at - start) / 1000).toFixed(1).padStart(7)} s  ${line}\n`).join("");
  return { leftovers, crashes: life.crashes(), brokenHolds: brokenHolds(said, HOLD_MS), log };
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
