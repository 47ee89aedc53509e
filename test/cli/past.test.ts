import { expect, test } from "vitest";
import type { DaemonClient } from "../../src/api/contract.ts";
import { runHistory } from "../../src/cli/history.ts";
import { runReport } from "../../src/cli/report.ts";
import type { HistoryAnswer, PastOutage } from "../../src/core/history/answer.ts";

const MINUTE = 60_000;
const from = new Date(2026, 9, 1).getTime();
const until = from + 60 * MINUTE;

const outage = (minute: number, changes: Partial<PastOutage>): PastOutage => ({
  ...{ uplink: "fiber", family: "ipv4", begin: from + minute * MINUTE, cause: "no carrier on eth0", evidence: null },
  ...{ end: from + (minute + 2) * MINUTE, cutShort: false },
  ...changes,
});

const outages = [outage(10, {}), outage(20, { cutShort: true }), outage(50, { end: null })];

const history: HistoryAnswer = {
  ...{ from, until, runs: [], truncated: false, outages, spanMs: null, series: [], rates: [], usage: [] },
  events: [
    {
      at: from,
      kind: "switched",
      importance: "info",
      uplink: null,
      family: "ipv4",
      text: "a\u001b[2Jb",
      evidence: null,
    },
  ],
};

const fiber = { uplink: "fiber", family: "ipv4", observedMs: 60 * MINUTE, downMs: 14 * MINUTE } as const;
const figures = { availability: 0.75, loss: 0.2, rttMsMean: 12, outages };

const told = async (command: (output: { write: (text: string) => void; complain: () => void }) => Promise<number>) => {
  const lines: string[] = [];
  await command({ write: (text) => lines.push(...text.split("\n")), complain: () => {} });
  return lines;
};

const textOf = (uplinks: readonly (typeof fiber & typeof figures)[]) => {
  const client = { report: () => Promise.resolve({ from, until, uplinks, usage: [] }) } as unknown as DaemonClient;
  return told((output) => runReport({ client, month: undefined, form: "text", output }));
};

test("an outage whose end nobody saw lasted at least so long, and one that lasts has lasted so long", async () => {
  const client = { history: () => Promise.resolve(history) } as unknown as DaemonClient;
  const lines = await told((output) => runHistory({ client, since: "1h", form: "text", output }));
  expect(lines.slice(-3).map((line) => line.slice("2026-10-01 00:00:00  ".length))).toEqual([
    "fiber IPv4 for 2 m: no carrier on eth0",
    "fiber IPv4 for at least 2 m: no carrier on eth0",
    "fiber IPv4 lasts, 10 m so far: no carrier on eth0",
  ]);
  expect((await textOf([{ ...fiber, ...figures }])).slice(-3).map((line) => line.trim().slice(21))).toEqual([
    "until 2026-10-01 00:12:00, 2 m: no carrier on eth0",
    "until 2026-10-01 00:22:00, at least 2 m: no carrier on eth0",
    "lasts, 10 m so far: no carrier on eth0",
  ]);
});

test("what happened can't steer the terminal", async () => {
  const client = { history: () => Promise.resolve(history) } as unknown as DaemonClient;
  const lines = await told((output) => runHistory({ client, since: "1h", form: "text", output }));
  expect(lines[0]).toBe("2026-10-01 00:00:00  a [2Jb");
});

test("a report on a time that nobody watched says so", async () => {
  expect((await textOf([])).at(-1)).toBe("No uplink answered in this time.");
});
