import { beforeAll, expect, test } from "vitest";
import { frame, type View } from "../../src/cli/frame.ts";
import { paint } from "../../src/cli/line.ts";
import { answerOf, diverted, failedOver, healthy, NOW } from "./fixture.ts";

beforeAll(() => {
  process.env.TZ = "UTC";
});

const messages = Array.from({ length: 50 }, (_, index) => ({
  at: new Date(NOW - (50 - index) * 60_000).toISOString(),
  level: "info" as const,
  text: `message ${index + 1}: IPv4 failover: from fiber to lte; fiber is down: 5 probes to 3 targets unanswered`,
}));

const live = (status: typeof healthy): View => ({ answer: answerOf(status, messages), lost: null });

const screen = (view: View, columns: number, rows: number): string[] =>
  frame(view, { columns, rows, now: NOW }).map((line) => paint(line, false));

const shown = (view: View, columns = 80, rows = 24): string => `\n${screen(view, columns, rows).join("\n")}\n`;

test("a common screen holds two uplinks with all details, and the newest messages", () => {
  expect(shown(live(healthy))).toMatchInlineSnapshot(`
    "
    wan-failover 0.1.0 · running for 3 d 4 h                     18:01:23 · q quits

    ● Traffic takes fiber: fiber is the best uplink that works.

    IPv4  fiber for 3 h 12 m
    IPv6  fiber for 3 h 12 m

    fiber  eth0 · tier 1
    ▶ IPv4  up 3 h 12 m               12 ms    0 % lost  ▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway 203.0.113.1
    ▶ IPv6  up 3 h 12 m               12 ms    0 % lost  ▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway fe80::1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
      IPv4  up 1 h 2 m                46 ms    3 % lost  ×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 46 ms · gateway 198.51.100.1
      IPv6  up 1 h 2 m                46 ms    3 % lost  ×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 46 ms

    17:56:23  message 46: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    17:57:23  message 47: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    17:58:23  message 48: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    17:59:23  message 49: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    18:00:23  message 50: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    "
  `);
});

test("details give way to messages where rows are few", () => {
  expect(shown(live(diverted), 80, 20)).toMatchInlineSnapshot(`
    "
    wan-failover 0.1.0 · running for 3 d 4 h                     18:01:23 · q quits

    ● New connections take lte while fiber is in doubt.

    IPv4  fiber for 3 h 12 m; new flows take lte
    IPv6  fiber for 3 h 12 m: fiber is the best uplink that works

    fiber  eth0 · tier 1
    ▷ IPv4  suspect 0 s               12 ms   10 % lost  ▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁×××
            keeps running flows · 3 probes to 2 targets unanswered for 0.9 s · gat…
    ▶ IPv6  up 3 h 12 m               12 ms    0 % lost  ▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
    ▶ IPv4  up 1 h 2 m                46 ms    3 % lost  ×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            takes new flows for now · answers within 46 ms · gateway 198.51.100.1
      IPv6  up 1 h 2 m                46 ms    3 % lost  ×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁

    17:58:23  message 48: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    17:59:23  message 49: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    18:00:23  message 50: IPv4 failover: from fiber to lte; fiber is down: 5 probe…
    "
  `);
});

test("a large screen fills up with messages", () => {
  const rows = screen(live(failedOver), 120, 40);
  expect(rows).toHaveLength(40);
  expect(rows.at(-1)).toContain("message 50");
});

test("what doesn't fit is announced", () => {
  expect(screen(live(failedOver), 60, 8).at(-1)).toBe("… 8 more lines; enlarge the window");
});

test("no size of the screen is overrun", () => {
  for (let columns = 1; columns < 140; columns += 7) {
    for (let rows = 1; rows < 45; rows += 3) {
      const drawn = screen(live(failedOver), columns, rows);
      expect(drawn.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...drawn.map((line) => [...line].length))).toBeLessThan(Math.max(2, columns));
    }
  }
});

test("old news is marked as such, and keeps its place", () => {
  const answer = answerOf(healthy, messages);
  const lost = { since: 0, forMs: 12_000, why: "no daemon answers on /run/wan-failover/api.sock" };
  const rows = screen({ answer, lost }, 100, 24);
  expect(rows[1]).toBe(
    "✗ Old news: no answer for 12 s, trying again (no daemon answers on /run/wan-failover/api.sock)",
  );
  expect(rows.slice(2)).toEqual(screen({ answer, lost: null }, 100, 24).slice(2));
});
