import { FAMILIES, type Family } from "../src/core/family.ts";
import { AppError } from "../src/error.ts";
import { now, pause } from "./clock.ts";
import { jsonLines } from "./lines.ts";
import { DOORS, type Door, ECHO, type LabPlan, namespaceOf, type UplinkPlan } from "./plan.ts";
import { type Child, startProgram } from "./program.ts";
import {
  enter,
  type Finding,
  firstOfRun,
  longestGap,
  type Record,
  type Span,
  type StreamFilter,
  type Stretch,
  selects,
  stretches,
  within,
} from "./records.ts";
import type { Flow, MeasureLine, MeasureOrder, MeasureRenewal, Protocol, Reset, Stream } from "./sample.ts";

/** What to measure; an empty list leaves a kind out. */
export interface MeasureOptions {
  /** New flows from the LAN client to the internet; UDP when not said. */
  readonly new?: readonly Protocol[];
  /** Long flows from the LAN client; UDP and TCP when not said. */
  readonly long?: readonly Protocol[];
  /** New flows from the internet to the router and, passed on by it, to the client, through each uplink; none when not said. */
  readonly inbound?: readonly Protocol[];
  readonly families?: readonly Family[];
  /** Between two requests of a stream, in milliseconds; 20 when not said, inbound five times as long. */
  readonly intervalMs?: number;
  /** A request without an answer for so long is lost; 1000 ms when not said. */
  readonly timeoutMs?: number;
  /** Takes each line as it comes, instead of its being kept: for what runs for hours. The meter's figures are empty then. */
  readonly listen?: (stream: Stream, line: MeasureLine) => void;
}

/** When flows began to work again. */
export interface Recovery {
  /** From `after` to the sending of the first of the consecutive flows that were answered, in milliseconds. */
  readonly gapMs: number;
  readonly at: number;
  readonly uplink: string | null;
}

/** What recovery means. */
export interface RecoveryFilter extends StreamFilter {
  readonly after: number;
  /** So many must be answered in a row; 5 when not said. */
  readonly consecutive?: number;
  /** They must go by this uplink; any when not said. */
  readonly via?: string;
  /** Give up after so long; 30,000 ms when not said. */
  readonly timeoutMs?: number;
}

/** A running measurement. Where a filter fits several streams, all of them count. */
export interface Meter {
  /** CLOCK_MONOTONIC in milliseconds, as in all results. */
  now(): number;
  /** Waits until flows work again, in the slowest of the streams. Rejects when that takes too long. */
  recovered(filter: RecoveryFilter): Promise<Recovery>;
  /** What was sent within the span, once the fate of all of it is known. */
  findings(filter: StreamFilter & Span): Promise<Finding[]>;
  /** How many of the span's samples were never answered, once the fate of all is known. */
  lost(filter: StreamFilter & Span): Promise<number>;
  /** The longest time without an answer within the span, in milliseconds. */
  gap(filter: StreamFilter & Span): Promise<number>;
  /** Which uplink when. The filter should fit one stream. */
  uplinks(filter: StreamFilter & Span): Promise<Stretch[]>;
  /** The long TCP flows that broke within the span. */
  resets(filter: Omit<StreamFilter, "flow"> & Span): Reset[];
  /** Ends long flows and begins others, as when people hang up and call again. */
  renew(filter: Omit<StreamFilter, "flow">): void;
  stop(): Promise<void>;
}

const INTERVAL_MS = 20;
const TIMEOUT_MS = 1000;
/** An inbound stream per uplink, family and door: each slower, for the sum to stay small. */
const INBOUND_SLOWNESS = 5;
const CONSECUTIVE = 5;
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 5;

const outgoing = (flow: Flow, protocols: readonly Protocol[], options: MeasureOptions): Stream[] =>
  protocols.flatMap((protocol) =>
    (options.families ?? FAMILIES).map((family) => ({
      flow,
      protocol,
      family,
      address: ECHO[family],
      port: ECHO.port,
      intervalMs: options.intervalMs ?? INTERVAL_MS,
    })),
  );

const throughDoors = (uplink: UplinkPlan, protocol: Protocol, options: MeasureOptions): Stream[] =>
  (options.families ?? FAMILIES).flatMap((family) => {
    const address = uplink[family].inbound;
    if (address === null) return [];
    const intervalMs = (options.intervalMs ?? INTERVAL_MS) * INBOUND_SLOWNESS;
    const common = { flow: "inbound", protocol, family, address, intervalMs, uplink: uplink.name } as const;
    return (Object.keys(DOORS) as Door[]).map((door) => ({ ...common, door, port: DOORS[door] }));
  });

const incoming = (plan: LabPlan, options: MeasureOptions): Stream[] =>
  (options.inbound ?? []).flatMap((protocol) =>
    plan.uplinks.flatMap((uplink) => throughDoors(uplink, protocol, options)),
  );

interface Course {
  readonly child: Child;
  readonly records: readonly Record[];
}

type Listen = NonNullable<MeasureOptions["listen"]>;

const startCourse = async (
  plan: LabPlan,
  { role, order, listen }: { role: string; order: MeasureOrder; listen: Listen | undefined },
): Promise<Course> => {
  const records = order.streams.map((stream): Record => ({ stream, findings: [], resets: [] }));
  const child = await startProgram(namespaceOf(plan, role), { name: "measure", order });
  jsonLines<MeasureLine>(child.stdout, (line) => {
    const stream = order.streams[line.stream];
    if (listen === undefined) enter(records, line, plan);
    else if (stream !== undefined) listen(stream, line);
  });
  return { child, records };
};

const renewIn = ({ child, records }: Course, filter: StreamFilter): void => {
  records.forEach(({ stream }, renew) => {
    const order: MeasureRenewal = { renew };
    if (selects(filter, stream)) child.stdin.write(`${JSON.stringify(order)}\n`);
  });
};

const startCourses = (plan: LabPlan, options: MeasureOptions): Promise<Course[]> => {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const out = [
    ...outgoing("new", options.new ?? ["udp"], options),
    ...outgoing("long", options.long ?? ["udp", "tcp"], options),
  ];
  const inbound = incoming(plan, options);
  const orders = [
    { role: "client", streams: out },
    { role: "internet", streams: inbound },
  ].filter(({ streams }) => streams.length > 0);
  const { listen } = options;
  return Promise.all(
    orders.map(({ role, streams }) => startCourse(plan, { role, order: { streams, timeoutMs }, listen })),
  );
};

const chosen = (records: readonly Record[], filter: StreamFilter): Record[] => {
  const found = records.filter((record) => selects(filter, record.stream));
  if (found.length === 0) throw new AppError("lab-unavailable", `Not measured: ${JSON.stringify(filter)}.`);
  return found;
};

const recovery = (first: Finding, after: number): Recovery => ({
  gapMs: first.sentAt - after,
  at: first.sentAt,
  uplink: first.uplink,
});

const waitForRun = async (record: Record, filter: RecoveryFilter): Promise<Recovery> => {
  const { after, consecutive = CONSECUTIVE, via = null, timeoutMs = PATIENCE_MS } = filter;
  const deadline = now() + timeoutMs;
  for (;;) {
    const first = firstOfRun(record, { after, consecutive, via });
    if (first !== null) return recovery(first, after);
    if (now() > deadline) {
      const { flow, protocol, family } = record.stream;
      throw new AppError("lab-unavailable", `No recovery of ${flow} ${protocol} ${family} in ${timeoutMs} ms.`);
    }
    await pause(LOOK_AGAIN_MS);
  }
};

const slowest = async (recoveries: readonly Promise<Recovery>[]): Promise<Recovery> =>
  (await Promise.all(recoveries)).reduce((late, one) => (one.at > late.at ? one : late));

const stopped = (child: Child): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.ref();
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });

/** The fate of a sample is known when its time is over and the line that says so has come. */
const settle = async (to: number, timeoutMs: number): Promise<void> => {
  await pause(Math.max(0, to + timeoutMs + 2 * INTERVAL_MS - now()));
};

/** Starts measuring; resolves when the first requests are on their way. The echo servers must run. */
export const startMeter = async (plan: LabPlan, options: MeasureOptions): Promise<Meter> => {
  const courses = await startCourses(plan, options);
  const records = courses.flatMap((course) => course.records);
  const findings = async (filter: StreamFilter & Span): Promise<Finding[]> => {
    const to = filter.to ?? now();
    await settle(to, options.timeoutMs ?? TIMEOUT_MS);
    return chosen(records, filter).flatMap((record) => within(record, { from: filter.from ?? 0, to }));
  };
  return {
    now,
    findings,
    recovered: async (filter) => slowest(chosen(records, filter).map((record) => waitForRun(record, filter))),
    lost: async (filter) => (await findings(filter)).filter((finding) => finding.answeredAt === null).length,
    gap: async (filter) => longestGap(await findings(filter)),
    uplinks: async (filter) => stretches(await findings(filter)),
    resets: ({ from = 0, to = Number.POSITIVE_INFINITY, ...filter }) =>
      chosen(records, { ...filter, flow: "long", protocol: "tcp" })
        .flatMap((record) => record.resets)
        .filter(({ at }) => at >= from && at < to),
    renew: (filter) => {
      for (const course of courses) renewIn(course, { ...filter, flow: "long" });
    },
    stop: async () => {
      await Promise.all(courses.map((course) => stopped(course.child)));
    },
  };
};
