import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { type Look, statusText } from "../../src/cli/status.ts";
import { answerOf, diverted, failedOver, healthy, noIpv6, noneUp, testing } from "./fixture.ts";

const PLAIN: Look = { width: 80, colours: false };

const text = (status: typeof healthy, look: Look = PLAIN): string => `\n${statusText(answerOf(status), look)}\n`;

test("a healthy machine is calm", () => {
  expect(text(healthy)).toMatchInlineSnapshot(`
    "
    ● Traffic takes fiber: fiber is the best uplink that works.

    IPv4  fiber for 3 h 12 m
    IPv6  fiber for 3 h 12 m

    fiber  eth0 · tier 1
    ▶ IPv4  up 3 h 12 m               12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway 203.0.113.1
    ▶ IPv6  up 3 h 12 m               12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway fe80::1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
      IPv4  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 46 ms · gateway 198.51.100.1
      IPv6  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 46 ms

    wan-failover 0.1.0, running for 3 d 4 h, PID 4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("a divert shows who takes new flows, and who keeps the running ones", () => {
  expect(text(diverted)).toMatchInlineSnapshot(`
    "
    ● New connections take lte while fiber is in doubt.

    IPv4  fiber for 3 h 12 m; new flows take lte
    IPv6  fiber for 3 h 12 m: fiber is the best uplink that works

    fiber  eth0 · tier 1
    ▷ IPv4  suspect 0 s               12 ms   10 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁×××
            keeps running flows · 3 probes to 2 targets unanswered for 0.9 s ·
            gateway 203.0.113.1
    ▶ IPv6  up 3 h 12 m               12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway fe80::1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
    ▶ IPv4  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            takes new flows for now · answers within 46 ms · gateway 198.51.100.1
      IPv6  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 46 ms

    wan-failover 0.1.0, running for 3 d 4 h, PID 4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("after a failover the hold and the hold-down are shown with what is left of them", () => {
  expect(text(failedOver)).toMatchInlineSnapshot(`
    "
    ● Traffic takes lte: fiber is down: 5 probes to 3 targets unanswered for 3.1 s.

    IPv4  lte for 2 m 48 s
          fiber works again; held after the last switch, 7 m 12 s left
    IPv6  lte for 2 m 48 s
          hold, 7 m 12 s left

    fiber  eth0 · tier 1
      IPv4  up 40 s                   12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answered throughout its hold-down of 30 s, 1 of 31 probes
            lost · gateway 203.0.113.1
      IPv6  hold-down 18 s            12 ms   40 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁××××××××××××
            answers again after 2.5 min, held down for 30 s · 12 s left · gateway
            fe80::1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
    ▶ IPv4  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 46 ms · gateway 198.51.100.1
    ▶ IPv6  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 46 ms

    wan-failover 0.1.0, running for 3 d 4 h, PID 4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("an outage of everything says what is wrong with each uplink", () => {
  expect(text(noneUp)).toMatchInlineSnapshot(`
    "
    ● No uplink works; traffic stays on fiber.

    IPv4  fiber for 3 h 12 m, but it is down
    IPv6  fiber for 3 h 12 m, but it is down
    !     All uplinks fell silent at once in ipv4: the cause may be the targets or
          this machine.

    fiber  eth0 · tier 1
    ▷ IPv4  down 2 m 48 s             12 ms   40 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁××××××××××××
            keeps the routes · 5 probes to 3 targets unanswered for 3.1 s · gateway
            203.0.113.1
    ▷ IPv6  down 2 m 48 s             12 ms   40 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁××××××××××××
            keeps the routes · 5 probes to 3 targets unanswered for 3.1 s · gateway
            203.0.113.1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
      IPv4  down 5 s                      –           –
            no carrier on wwan0
      IPv6  down 5 s                      –           –
            no carrier on wwan0

    wan-failover 0.1.0, running for 3 d 4 h, PID 4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("a family that no uplink has is one quiet line", () => {
  expect(text(noIpv6)).toMatchInlineSnapshot(`
    "
    ● Traffic takes fiber: fiber is the best uplink that works.

    IPv4  fiber for 3 h 12 m
    IPv6  no uplink has it

    fiber  eth0 · tier 1 · weight 3
    ▶ IPv4  up 3 h 12 m               12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway 203.0.113.1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
      IPv4  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 46 ms · gateway 198.51.100.1

    wan-failover 0.1.0, running for 3 d 4 h, PID 4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("a test, a pin, a drain and a degraded uplink are named", () => {
  expect(text(testing)).toMatchInlineSnapshot(`
    "
    ● Traffic takes lte: test: lte.

    IPv4  lte for 20 s
    IPv6  fiber for 3 h 12 m: fiber is the best uplink that works
          running flows may stay on lte for 12 m
    Test  lte for another 1 m 40 s; \`wan-failover failback\` ends it
    Pin   fiber, by hand; \`wan-failover use auto\` lifts it

    fiber  eth0 · tier 1
      IPv4  up 3 h 12 m               12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            stands by · answers within 12 ms · gateway 203.0.113.1
    ▶ IPv6  up 3 h 12 m               12 ms    0 % lost  ▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 12 ms · gateway fe80::1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
    ▶ IPv4  up, degraded 1 h 2 m      46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            carries traffic · answers within 46 ms · gateway 198.51.100.1
    ▷ IPv6  up 1 h 2 m                46 ms    3 % lost  ▁×▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
            running flows may stay for 12 m · answers within 46 ms

    wan-failover 0.1.0, running for 3 d 4 h, PID 4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("a narrow screen loses the sparkline first, and no line is wider than it", () => {
  const narrow = text(failedOver, { width: 44, colours: false });
  expect(Math.max(...narrow.split("\n").map((line) => line.length))).toBeLessThanOrEqual(44);
  expect(narrow).toMatchInlineSnapshot(`
    "
    ● Traffic takes lte: fiber is down: 5 probes
      to 3 targets unanswered for 3.1 s.

    IPv4  lte for 2 m 48 s
          fiber works again; held after the last
          switch, 7 m 12 s left
    IPv6  lte for 2 m 48 s
          hold, 7 m 12 s left

    fiber  eth0 · tier 1
      IPv4  up 40 s              12 ms    0 %
            stands by · answered throughout its
            hold-down of 30 s, 1 of 31 probes
            lost · gateway 203.0.113.1
      IPv6  hold-down 18 s       12 ms   40 %
            answers again after 2.5 min, held
            down for 30 s · 12 s left · gateway
            fe80::1

    lte  wwan0 · tier 2 · 81 % of 10.0 GB used
    ▶ IPv4  up 1 h 2 m           46 ms    3 %
            carries traffic · answers within
            46 ms · gateway 198.51.100.1
    ▶ IPv6  up 1 h 2 m           46 ms    3 %
            carries traffic · answers within
            46 ms

    wan-failover 0.1.0, running for 3 d 4 h, PID
    4711, /etc/wan-failover/config.yaml
    "
  `);
});

test("colours add escape sequences and nothing else", () => {
  const coloured = text(failedOver, { width: 80, colours: true });
  expect(coloured).toContain("\u001b[31m×\u001b[0m");
  const bare = stripVTControlCharacters(coloured)
    .split("\n")
    .map((line) => line.trimEnd());
  expect(bare.join("\n")).toBe(text(failedOver));
});

test("traffic that is steered nowhere is said in red", () => {
  const refused = { over: null, refused: true };
  const guests = { name: "guests", summary: "refused", families: { ipv4: refused, ipv6: null } };
  const shown = text({ ...healthy, steering: [guests] }, { width: 80, colours: true });
  expect(shown).toContain("Steer guests \u001b[31mrefused\u001b[0m");
});

test("words from outside can't command the terminal", () => {
  const hostile = { ...healthy, problems: ["\u001b[2Jgone\u0007\u202eback"] };
  expect(text(hostile)).toContain("!      [2Jgone back");
});

test("a lease is shown with its server and what is left of it, and so is that there is none", () => {
  const [fiber, lte] = healthy.uplinks;
  if (fiber?.families.ipv4 == null || lte?.families.ipv6 == null) throw new Error("the fixture lacks a family");
  const lease = { address: "203.0.113.2/24", gateway: "203.0.113.1", dns: [], server: "203.0.113.1" };
  const leased = { problem: null, lease: { ...lease, ageMs: 60_000, leftMs: 3_540_000 } };
  const delegated = { ...leased, prefix: { prefix: "2001:db8:b:f00::/56", leftMs: 600_000 } };
  const withDhcp = {
    ...healthy,
    uplinks: [
      {
        ...fiber,
        families: {
          ipv4: { ...fiber.families.ipv4, method: "dhcp" as const, dhcp: leased },
          ipv6: { ...fiber.families.ipv4, method: "dhcp" as const, dhcp: delegated },
        },
      },
      {
        ...lte,
        families: {
          ipv4: {
            ...lte.families.ipv6,
            method: "dhcp" as const,
            dhcp: { problem: "no DHCP server answers", lease: null },
          },
          ipv6: { ...lte.families.ipv6, method: "static" as const, addresses: ["2001:db8:b::2"] },
        },
      },
    ],
  };
  const shown = text(withDhcp, { width: 200, colours: false });
  expect(shown).toContain("gateway 203.0.113.1 · DHCP 203.0.113.2/24 from 203.0.113.1, 59 m left\n");
  expect(shown).toContain("59 m left · prefix 2001:db8:b:f00::/56, 10 m left\n");
  expect(shown).toContain("stands by · answers within 46 ms · no DHCP lease yet\n");
  expect(shown).toContain("stands by · answers within 46 ms · static 2001:db8:b::2\n");
});
