import type { Batch } from "../../src/core/history/batch.ts";
import type { HistoryEvent, Outage, Sample } from "../../src/core/history/entry.ts";

/** A batch with nothing in it but what is given. */
export const batchOf = (now: number, changes: Partial<Batch> = {}): Batch => ({
  began: now - 1000,
  now,
  clockSetBy: 0,
  isClockTrusted: true,
  events: [],
  outages: [],
  samples: [],
  usage: [],
  meters: [],
  ...changes,
});

/** Sixty probes in a minute, one of them lost. */
export const sampleOf = (at: number, changes: Partial<Sample> = {}): Sample => ({
  uplink: "fiber",
  family: "ipv4",
  target: "1.1.1.1",
  at,
  sent: 60,
  lost: 1,
  rttMsSum: 590,
  rttMsMin: 8,
  rttMsMax: 14.5,
  ...changes,
});

/** The line fell silent for a while. */
export const outageOf = (number: number, begin: number, changes: Partial<Outage> = {}): Outage => ({
  number,
  uplink: "fiber",
  family: "ipv4",
  begin,
  end: begin + 60_000,
  cause: "all 3 targets are silent",
  evidence: { gateway: "192.0.2.1", complaints: [], probes: [{ target: "1.1.1.1", beforeMs: 900, rttMs: null }] },
  ...changes,
});

/** A failover. */
export const eventOfAt = (at: number): HistoryEvent => ({
  at,
  kind: "switched",
  importance: "info",
  uplink: null,
  family: "ipv4",
  text: "IPv4 failover: from fiber to lte; all 3 targets are silent",
  evidence: null,
});
