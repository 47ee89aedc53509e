// Ten thousand probes a second: CPU time per probe of our prober pool, alone and with the whole loop, beside fping.
import { spawnSync } from "node:child_process";
import { openClock } from "../src/adapter/clock.ts";
import { openProberPool } from "../src/adapter/probe/prober-pool.ts";
import type { SendProbe } from "../src/core/command.ts";
import { type AdaptiveSettings, PRESETS } from "../src/core/detector/presets.ts";
import type { Event, ProbeOutcome } from "../src/core/event.ts";
import type { Family } from "../src/core/family.ts";
import { start } from "../src/core/start.ts";
import type { Target } from "../src/core/target/target.ts";
import { openMachineAccess } from "../src/daemon/machine-access.ts";
import { openLoop } from "../src/shell/loop.ts";
import { perform } from "../src/shell/perform.ts";
import { memoryKernel, openPilot } from "./lib/pilot.ts";
import { childrenCpuMs } from "./lib/process.ts";
import { machineText, printTable } from "./lib/report.ts";
import { imaginedKernel, interfaceOf, type SiteSize, settingsFor, USUAL_SITE } from "./lib/site.ts";
import { spreadOf, spreadText } from "./lib/spread.ts";
import { openWan } from "./lib/wan.ts";

const ROUNDS = 3;
const ROUND_MS = 4_000;
const RATE = 10_000;
/** Until every detector has its verdict and everything is compiled. */
const WARM_UP_MS = 3_000;

/** As many uplinks as there can be: a detector asks no target more often than each 20 ms. */
const SITE: SiteSize = { uplinks: 31, targets: { ipv4: 3, ipv6: 3 } };
/** Uplinks × families. */
const DETECTORS = SITE.uplinks * 2;

const PING_TARGETS = 1_000;

/** `balanced`, but asking so often that all detectors together reach the rate. */
const HASTY: AdaptiveSettings = {
  ...PRESETS.balanced,
  carryingIntervalMs: (DETECTORS / RATE) * 1000,
  standbyIntervalMs: (DETECTORS / RATE) * 1000,
  boostedIntervalMs: (DETECTORS / RATE) * 1000,
};

/** What a round gave. */
interface Round {
  readonly sent: number;
  readonly answered: number;
  readonly cpuMs: number;
  readonly seconds: number;
}

/** Something that probes on its own, and counts. */
interface Prober {
  readonly counts: () => { readonly sent: number; readonly answered: number };
  readonly stop: () => void;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** CPU time of this process, from the first probe counted to the last. */
const measured = async (prober: Prober): Promise<Round[]> => {
  await pause(WARM_UP_MS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, cpu, began] = [prober.counts(), process.cpuUsage(), performance.now()];
    await pause(ROUND_MS);
    const [after, used, ended] = [prober.counts(), process.cpuUsage(cpu), performance.now()];
    rounds.push({
      sent: after.sent - before.sent,
      answered: after.answered - before.answered,
      cpuMs: (used.user + used.system) / 1000,
      seconds: (ended - began) / 1000,
    });
  }
  prober.stop();
  return rounds;
};

const targetOf = (family: Family, index: number): string => {
  const [high, low] = [Math.floor(index / 250), (index % 250) + 1];
  return family === "ipv4" ? `198.18.${high}.${low}` : `2001:db8:f::${high}:${low}`;
};

/** The next probe of a pool without detectors: each uplink and family in turn. */
const probeAt = (index: number, { uplinks, families }: { uplinks: number; families: readonly Family[] }): SendProbe => {
  const place = index % uplinks;
  const family = families[Math.floor(index / uplinks) % families.length] ?? "ipv4";
  const uplink = interfaceOf(place);
  const target: Target = { kind: "icmp", address: targetOf(family, index % PING_TARGETS) };
  const bound = { uplink, interface: uplink, link: place, mark: 0 };
  return { kind: "send-probe", family, seq: index, target, resolvers: [], ...bound };
};

interface PoolOptions {
  readonly uplinks: number;
  readonly families: readonly Family[];
  readonly onReplied?: (reply: ProbeOutcome & { rttMs: number }) => void;
}

/** The prober pool, fed by a timer. */
const startPool = ({ onReplied = () => {}, ...width }: PoolOptions): Prober => {
  let [sent, answered] = [0, 0];
  const pool = openProberPool({
    onReplied: (reply) => {
      answered += 1;
      onReplied(reply);
    },
    onIntercepted: () => {},
    onRefused: () => {},
  });
  const began = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - began) * RATE) / 1000;
    for (; sent < due; sent += 1) pool.send(probeAt(sent, width));
  }, 1);
  return {
    counts: () => ({ sent, answered }),
    stop: () => {
      clearInterval(timer);
      pool.close();
    },
  };
};

/** A core at work that is told each reply besides its own; it didn't ask for them, so it looks for each and forgets it. */
const startCore = (): ((reply: ProbeOutcome & { rttMs: number }) => void) => {
  const pilot = openPilot({
    settings: settingsFor(USUAL_SITE),
    kernel: memoryKernel(imaginedKernel(USUAL_SITE)),
    answers: () => true,
  });
  pilot.push({ kind: "tick" });
  pilot.advance(60_000);
  return (reply) => pilot.push({ kind: "probe-replied", ...reply });
};

/** What the daemon does, with the real kernel and detectors that ask very often. */
const startLoop = (): Prober => {
  let [sent, answered] = [0, 0];
  const [clock, machine] = [openClock(), openMachineAccess()];
  const push = (event: Event): void => loop.push(event);
  const pool = openProberPool({
    onReplied: (outcome) => {
      answered += 1;
      push({ kind: "probe-replied", ...outcome });
    },
    onIntercepted: (outcome) => push({ kind: "probe-intercepted", ...outcome }),
    onRefused: (outcome) => push({ kind: "probe-refused", ...outcome }),
  });
  const nothing = (): void => {};
  const ports = {
    readKernel: machine.read,
    editKernel: machine.edit,
    sendProbe: (probe: SendProbe) => {
      sent += 1;
      return pool.send(probe);
    },
    askGateway: () => "unknown" as const,
    flushFlows: nothing,
    runClient: nothing,
    runScript: nothing,
    askAsterisk: () => {},
    checkWay: () => {},
    saveMemory: nothing,
    report: nothing,
    useResolvers: nothing,
    shapeUplink: nothing,
    answerOrder: nothing,
    complain: (error: unknown) => {
      throw error;
    },
  };
  const settings = settingsFor(SITE, HASTY);
  const loop = openLoop({
    initial: start({ settings, memory: null, seed: 1, now: clock.now() }),
    clock,
    perform: (command) => perform(ports, command),
  });
  push({ kind: "tick" });
  return {
    counts: () => ({ sent, answered }),
    stop: () => {
      clock.wakeAt(Number.POSITIVE_INFINITY, nothing);
      pool.close();
    },
  };
};

/** fping asks all targets at once and comes back after so long (ms): with gaps between them it gets no further than 1000 a second. */
const FPING_PERIOD_MS = (1000 * PING_TARGETS) / RATE;

/** fping as a child: its own CPU time as the kernel accounts it, starting it included. */
const pingOnce = (): Round => {
  const targets = Array.from({ length: PING_TARGETS }, (_, index) => targetOf("ipv4", index));
  const count = Math.round((ROUND_MS * RATE) / 1000 / PING_TARGETS);
  const options = ["-q", "-C", String(count), "-i", "0", "-p", String(FPING_PERIOD_MS)];
  const [cpu, began] = [childrenCpuMs(), performance.now()];
  const { stderr, error } = spawnSync("fping", [...options, "-I", interfaceOf(0)], {
    input: targets.join("\n"),
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const outcomes = stderr.split("\n").flatMap((line) => line.split(" : ")[1]?.split(" ") ?? []);
  return {
    sent: outcomes.length,
    answered: outcomes.filter((outcome) => outcome !== "-").length,
    cpuMs: childrenCpuMs() - cpu,
    seconds: (performance.now() - began) / 1000,
  };
};

/** Over all rounds: an answer may come in the round after its probe. */
const unansweredPercent = (rounds: readonly Round[]): number => {
  const sum = (key: "sent" | "answered"): number => rounds.reduce((total, round) => total + round[key], 0);
  return Math.max(0, 100 * (1 - sum("answered") / sum("sent")));
};

const rowOf = (name: string, rounds: readonly Round[]): string[] => [
  name,
  spreadText(spreadOf(rounds.map(({ cpuMs, sent }) => (cpuMs * 1000) / sent)), 1),
  spreadText(spreadOf(rounds.map(({ sent, seconds }) => sent / seconds)), 0),
  unansweredPercent(rounds).toFixed(2),
];

const wan = openWan(SITE);
try {
  console.log(machineText());
  const rows = [
    rowOf("prober pool, 1 uplink, bare callback", await measured(startPool({ uplinks: 1, families: ["ipv4"] }))),
    rowOf(
      "prober pool, 31 uplinks, IPv4 and IPv6, bare callback",
      await measured(startPool({ uplinks: SITE.uplinks, families: ["ipv4", "ipv6"] })),
    ),
    rowOf(
      "prober pool, 1 uplink, each reply through `step` (2 uplinks)",
      await measured(startPool({ uplinks: 1, families: ["ipv4"], onReplied: startCore() })),
    ),
    rowOf("whole loop, detectors as fast as they go, 31 uplinks, IPv4 and IPv6", await measured(startLoop())),
    rowOf("fping, 1 interface", Array.from({ length: ROUNDS }, pingOnce)),
  ];
  printTable({
    title: `${RATE} probes a second asked for; median of ${ROUNDS} rounds of ${ROUND_MS / 1000} s (min–max)`,
    columns: ["", "CPU µs per probe", "probes per second", "unanswered %"],
    rows,
  });
} finally {
  wan.close();
}
process.exit();
