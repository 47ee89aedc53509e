import { expect, test } from "vitest";
import type { PastOutage, ReportMaterial } from "../../src/core/history/answer.ts";
import { reportOf } from "../../src/core/history/report.ts";
import { sampling } from "../../src/core/history/resolution.ts";

const HOUR = 3_600_000;

const outage = (begin: number, end: number | null): PastOutage => ({
  uplink: "fiber",
  family: "ipv4",
  begin,
  end,
  cutShort: false,
  cause: "no carrier",
  evidence: null,
});

const material = (changes: Partial<ReportMaterial>): ReportMaterial => ({
  from: 0,
  until: 100 * HOUR,
  runs: [{ from: 0, until: 100 * HOUR }],
  outages: [],
  probes: [{ uplink: "fiber", family: "ipv4", since: 0, sent: 1000, lost: 10, rttMsMean: 12 }],
  usage: [],
  ...changes,
});

test("availability is the share of the time that was watched", () => {
  const runs = [
    { from: 0, until: 40 * HOUR },
    { from: 60 * HOUR, until: 100 * HOUR },
  ];
  const outages = [outage(-HOUR, HOUR), outage(39 * HOUR, 61 * HOUR), outage(99 * HOUR, null)];
  const [fiber] = reportOf(material({ runs, outages })).uplinks;
  expect(fiber).toMatchObject({ observedMs: 80 * HOUR, downMs: 4 * HOUR, availability: 0.95, loss: 0.01 });
});

test("a line that came later is watched from its first probe on", () => {
  const probes = [{ uplink: "lte", family: "ipv4", since: 90 * HOUR, sent: 10, lost: 0, rttMsMean: 40 } as const];
  expect(reportOf(material({ probes })).uplinks[0]?.observedMs).toBe(10 * HOUR);
});

test("what never answered is in no report", () => {
  const probes = [{ uplink: "lte", family: "ipv6", since: 0, sent: 10, lost: 10, rttMsMean: null } as const];
  expect(reportOf(material({ probes })).uplinks).toEqual([]);
});

test("a line that was down all the time is, though nothing was even sent", () => {
  const probes = [{ uplink: "fiber", family: "ipv4", since: -HOUR, sent: 0, lost: 0, rttMsMean: null } as const];
  const [fiber] = reportOf(material({ probes, outages: [outage(-HOUR, null)] })).uplinks;
  expect(fiber).toMatchObject({ availability: 0, loss: null, rttMsMean: null });
});

test.each([
  ["the last ten minutes", 10 / 60, { from: "memory", spanMs: 1000 }],
  ["the last hour", 1, { from: "memory", spanMs: 6000 }],
  ["a day", 24, { from: "minute", spanMs: 180_000 }],
  ["a month", 24 * 31, { from: "hour", spanMs: 2 * HOUR }],
  ["two years", 24 * 730, { from: "day", spanMs: 48 * HOUR }],
] as const)("%s is looked at as closely as a screen can show", (_name, hours, chosen) => {
  const now = 10 ** 12;
  expect(sampling({ from: now - hours * HOUR, until: now }, "auto", now)).toEqual(chosen);
});
