import { expect, onTestFinished, test, vi } from "vitest";
import { csvOf } from "../../../src/api/text/csv.ts";
import { spanText } from "../../../src/api/text/moment.ts";
import { reportHtml } from "../../../src/api/text/report-html.ts";
import { percent } from "../../../src/api/text/words.ts";
import { size } from "../../../src/core/size.ts";

test("nothing in a report can become markup", () => {
  const hostile = `<script>alert("1")</script>`;
  const page = reportHtml({
    from: Date.UTC(2026, 9, 1),
    until: Date.UTC(2026, 10, 1),
    uplinks: [
      {
        uplink: hostile,
        family: "ipv4",
        observedMs: 1000,
        downMs: 10,
        availability: 0.99,
        loss: 0,
        rttMsMean: 3,
        outages: [
          {
            uplink: "fiber",
            family: "ipv4",
            begin: Date.UTC(2026, 9, 2),
            end: null,
            cutShort: false,
            cause: hostile,
            evidence: { gateway: null, complaints: [hostile], probes: [{ target: hostile, beforeMs: 1, rttMs: null }] },
          },
        ],
      },
    ],
    usage: [{ uplink: hostile, period: "2026-10-01", received: 1, sent: 1 }],
  });
  expect(page).not.toContain("<script");
  expect(page).not.toMatch(/(src|href)=|url\(/);
});

test("a report's times are this clock's, which is told on both sides of its change", () => {
  vi.stubEnv("TZ", "Europe/Vienna");
  onTestFinished(() => void vi.unstubAllEnvs());
  const spanOf = (month: number) => ({
    from: new Date(2026, month, 1).getTime(),
    until: new Date(2026, month + 1, 1).getTime(),
  });
  expect([spanOf(9), spanOf(10)].map(spanText)).toEqual([
    "2026-10-01 00:00:00 UTC+02:00 to 2026-11-01 00:00:00 UTC+01:00",
    "2026-11-01 00:00:00 to 2026-12-01 00:00:00, UTC+01:00",
  ]);
});

test("a cell with a comma, a quote or a formula stays one cell of text", () => {
  expect(csvOf([["a,b", 'say "no"', "=1+1", -5, null]])).toBe(`"a,b","say ""no""",'=1+1,-5,`);
});

test("an availability is never rounded up to all", () => {
  expect([1, 0.999999, 0.5, null].map(percent)).toEqual(["100 %", "99.99 %", "50.00 %", "–"]);
});

test("octets are counted in thousands, as providers do", () => {
  expect([0, 999, 1500, 10_000_000_000, 123_456_789].map(size)).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "10.0 GB",
    "123 MB",
  ]);
});
