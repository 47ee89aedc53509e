import { assess } from "../../core/detector/detect.ts";
import { FAMILIES, type Family } from "../../core/family.ts";
import type { Report } from "../../core/report.ts";
import type { State } from "../../core/state.ts";
import type { RunHistory } from "./history.ts";
import { common, type Span, spanAt, total } from "./span.ts";
import type { Imagined } from "./what-if.ts";

/** How a config would have done; of IPv4 and IPv6 the worse figure. */
export interface Score {
  /** How long new flows would have gone where nothing came back (ms) … */
  readonly outageMs: number;
  /** … and how long of it no uplink worked anyway. */
  readonly unavoidableMs: number;
  readonly diverts: number;
  readonly failovers: number;
  /** Failovers without an outage of `REAL_OUTAGE_MS`. */
  readonly falseFailovers: number;
  /** Octets of all probes and answers, IP headers included, of all uplinks in 30 days. */
  readonly monthlyOctets: number;
  /** What was lived through (ms). */
  readonly livedMs: number;
}

/** An outage that is shorter is better sat out. */
export const REAL_OUTAGE_MS = 10_000;

/** Before the failover at the latest. */
const TOLERANCE_MS = 1000;

const MONTH_MS = 30 * 86_400_000;

/** IP header, ICMP header and nonce. */
const PROBE_OCTETS: Readonly<Record<Family, number>> = { ipv4: 36, ipv6: 56 };

/** Watches a daemon that is imagined, run by run. */
export interface Scorer {
  onRun(history: RunHistory): void;
  onStep(imagined: Imagined): void;
  /** Of all runs. Never throws. */
  score(): Score;
}

interface FamilyTally {
  outageMs: number;
  unavoidableMs: number;
  diverts: number;
  failovers: number;
  falseFailovers: number;
  carrying: readonly string[];
  carryingSince: number;
}

interface Tally {
  readonly families: Readonly<Record<Family, FamilyTally>>;
  octets: number;
  livedMs: number;
  history: RunHistory | null;
  state: State | null;
}

const newFamily = (): FamilyTally => ({
  outageMs: 0,
  unavoidableMs: 0,
  diverts: 0,
  failovers: 0,
  falseFailovers: 0,
  carrying: [],
  carryingSince: 0,
});

/** Nothing was lived through yet. */
export const openScorer = (): Scorer => {
  const tally: Tally = {
    families: { ipv4: newFamily(), ipv6: newFamily() },
    octets: 0,
    livedMs: 0,
    history: null,
    state: null,
  };
  return {
    onRun: (history) => {
      endRun(tally);
      tally.history = history;
      for (const family of FAMILIES) {
        Object.assign(tally.families[family], { carrying: [], carryingSince: history.startAt });
      }
    },
    onStep: (imagined) => note(tally, imagined),
    score: () => {
      endRun(tally);
      return scoreOf(tally);
    },
  };
};

const note = (tally: Tally, { state, commands, now, answered }: Imagined): void => {
  tally.state = state;
  for (const family of FAMILIES) {
    const { carrying } = state.families[family];
    if (carrying !== tally.families[family].carrying) carry(tally, { family, carrying, now });
  }
  for (const command of commands) {
    if (command.kind === "send-probe") tally.octets += PROBE_OCTETS[command.family] * (1 + answered);
    if (command.kind === "report") noteReport(tally, { report: command.report, state, now });
  }
};

interface Carry {
  readonly family: Family;
  readonly carrying: readonly string[];
  readonly now: number;
}

const carry = (tally: Tally, { family, carrying, now }: Carry): void => {
  const { history } = tally;
  const own = tally.families[family];
  if (history !== null)
    own.outageMs += deadTime(history, family, { names: own.carrying, from: own.carryingSince, to: now });
  own.carrying = carrying;
  own.carryingSince = now;
};

interface Stretch extends Span {
  readonly names: readonly string[];
}

/** New flows are shared: half of two uplinks that is dead is half an outage. Before there is a first choice there is none. */
const deadTime = (history: RunHistory, family: Family, { names, from, to }: Stretch): number =>
  names.reduce((sum, name) => sum + total(common(deadOf(history, family, name), [{ from, to }])) / names.length, 0);

const deadOf = (history: RunHistory, family: Family, name: string): readonly Span[] =>
  history.place(name, family)?.dead ?? [];

const noteReport = (tally: Tally, { report, state, now }: { report: Report; state: State; now: number }): void => {
  if (report.kind === "diverted") tally.families[report.family].diverts += 1;
  if (report.kind !== "switched" || report.how !== "failover") return;
  const own = tally.families[report.family];
  own.failovers += 1;
  const left = report.from.filter((name) => !report.to.includes(name));
  if (!left.some((name) => hadReason(tally, { name, family: report.family, state, now }))) own.falseFailovers += 1;
};

interface Left {
  readonly name: string;
  readonly family: Family;
  readonly state: State;
  readonly now: number;
}

/** It was dead for long, or a brown-out. */
const hadReason = ({ history }: Tally, { name, family, state, now }: Left): boolean => {
  const dead = history === null ? [] : deadOf(history, family, name);
  const span = spanAt(dead, now) ?? spanAt(dead, now - TOLERANCE_MS);
  if (span !== undefined && span.to - span.from >= REAL_OUTAGE_MS) return true;
  const monitor = state.uplinks.find(({ settings }) => settings.name === name)?.families[family];
  return monitor != null && assess(monitor.detector).degraded.loss;
};

const endRun = (tally: Tally): void => {
  const { history, state } = tally;
  if (history === null || state === null) return;
  for (const family of FAMILIES) {
    carry(tally, { family, carrying: [], now: history.endAt });
    tally.families[family].unavoidableMs += total(allDead(history, state, family));
  }
  tally.livedMs += history.endAt - history.startAt;
  tally.history = null;
};

const allDead = (history: RunHistory, { uplinks }: State, family: Family): readonly Span[] => {
  const able = uplinks.filter(({ families }) => families[family] !== null);
  const [first = [], ...others] = able.map(({ settings }) => deadOf(history, family, settings.name));
  return others.reduce(common, first);
};

const scoreOf = ({ families, octets, livedMs }: Tally): Score => {
  const worse = (figure: (family: FamilyTally) => number): number =>
    Math.max(...FAMILIES.map((one) => figure(families[one])));
  const outageMs = worse((family) => family.outageMs);
  return {
    outageMs,
    unavoidableMs: Math.min(
      outageMs,
      worse((family) => family.unavoidableMs),
    ),
    diverts: worse((family) => family.diverts),
    failovers: worse((family) => family.failovers),
    falseFailovers: worse((family) => family.falseFailovers),
    monthlyOctets: livedMs === 0 ? 0 : (octets * MONTH_MS) / livedMs,
    livedMs,
  };
};
