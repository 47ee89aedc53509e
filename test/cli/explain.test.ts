import { expect, test } from "vitest";
import type { ExplainAnswer } from "../../src/api/history-contract.ts";
import { explain } from "../../src/api/text/explain.ts";
import { runExplain } from "../../src/cli/explain.ts";
import { statusText } from "../../src/cli/status.ts";
import type { PastEvent } from "../../src/core/history/answer.ts";
import { answerOf, diverted, failedOver, healthy, noIpv6, noneUp, testing } from "./fixture.ts";

const paragraphs = (status: typeof healthy): string => `\n${explain(status).join("\n\n")}\n`;

test("a healthy machine: who carries traffic, and who would take over", () => {
  expect(paragraphs(healthy)).toMatchInlineSnapshot(`
    "
    IPv4 and IPv6 traffic has taken fiber for 3 h 12 m: fiber is the best uplink that works. Should it fail, lte takes over.
    "
  `);
});

test("a divert is explained as passing", () => {
  expect(paragraphs(diverted)).toMatchInlineSnapshot(`
    "
    IPv4 traffic has taken fiber for 3 h 12 m: fiber is the best uplink that works. At this moment new flows take lte, because fiber is suspect: 3 probes to 2 targets unanswered for 0.9 s. Running flows stay on fiber, and new ones return as soon as it answers.

    IPv6 traffic has taken fiber for 3 h 12 m: fiber is the best uplink that works. Should it fail, lte takes over.
    "
  `);
});

test("why am I on lte?", () => {
  expect(paragraphs(failedOver)).toMatchInlineSnapshot(`
    "
    IPv4 traffic has taken lte for 2 m 48 s: fiber is down: 5 probes to 3 targets unanswered for 3.1 s. fiber works again; held after the last switch for another 7 m 12 s; \`wan-failover failback\` goes back now. Should it fail, fiber takes over.

    IPv6 traffic has taken lte for 2 m 48 s: fiber is down: 5 probes to 3 targets unanswered for 3.1 s. fiber is preferred, but held down for another 12 s: answers again after 2.5 min, held down for 30 s. No other uplink could take over.
    "
  `);
});

test("nothing works", () => {
  expect(paragraphs(noneUp)).toMatchInlineSnapshot(`
    "
    No uplink works; traffic stays on fiber.

    All uplinks fell silent at once in ipv4: the cause may be the targets or this machine.

    IPv4 and IPv6 traffic stays on fiber, where it has been for 3 h 12 m, as nothing else works. fiber is down: 5 probes to 3 targets unanswered for 3.1 s. No other uplink could take over. lte is down: no carrier on wwan0.
    "
  `);
});

test("before the first choice each uplink tells why it isn't it", () => {
  const undecided = { ...healthy.families.ipv4, active: [], carrying: [], reason: "" };
  const status = {
    ...noneUp,
    families: { ipv4: undecided, ipv6: undecided },
    summary: "No uplink has been chosen yet.",
    problems: [],
  };
  expect(explain(status)).toEqual([
    "No uplink has been chosen yet.",
    "No uplink was chosen for IPv4 and IPv6 yet. fiber is down: 5 probes to 3 targets unanswered for 3.1 s. lte is down: no carrier on wwan0.",
  ]);
});

test("a family that is refused while the other works", () => {
  const status = {
    ...healthy,
    families: { ...healthy.families, ipv6: { ...healthy.families.ipv6, refused: true } as const },
    uplinks: healthy.uplinks.map((uplink, place) => ({
      ...uplink,
      families: { ...uplink.families, ipv6: noneUp.uplinks[place]?.families.ipv6 ?? null },
    })),
  };
  expect(explain(status).at(-1)).toMatch(
    /^No uplink works in IPv6, so that it is refused at once and clients take IPv4\. fiber is down: /,
  );
  expect(statusText(answerOf(status), { width: 100, colours: false })).toContain(
    "\nIPv6  no uplink works in it: it is refused at once, and clients take IPv4\n",
  );
});

test("no IPv6 anywhere", () => {
  expect(paragraphs(noIpv6)).toMatchInlineSnapshot(`
    "
    IPv4 traffic has taken fiber for 3 h 12 m: fiber is the best uplink that works. Should it fail, lte takes over.

    No uplink has IPv6.
    "
  `);
});

test("orders are named with what ends them", () => {
  expect(paragraphs(testing)).toMatchInlineSnapshot(`
    "
    A test forces traffic onto lte for another 1 m 40 s; \`wan-failover failback\` ends it sooner.

    fiber is pinned by hand; \`wan-failover use auto\` lets the policy decide again.

    IPv4 traffic has taken lte for 20 s: test: lte. fiber is preferred, and has worked for 3 h 12 m. Should it fail, fiber takes over.

    IPv6 traffic has taken fiber for 3 h 12 m: fiber is the best uplink that works. Should it fail, lte takes over. Flows that began on lte may stay there for 12 m.
    "
  `);
});

const AT = new Date(2026, 9, 20, 14, 3, 5).getTime();

const event = (ago: number, more: Partial<PastEvent>): PastEvent => ({
  ...{
    at: AT - ago,
    kind: "verdict-changed",
    importance: "info",
    uplink: "fiber",
    family: "ipv4",
    evidence: null,
    text: "",
  },
  ...more,
});

const answer: ExplainAnswer = {
  explanation: ["IPv4 traffic has taken lte for 2 m 48 s: fiber is down."],
  causes: [
    {
      family: "ipv4",
      at: AT,
      events: [
        event(3000, { importance: "debug", text: "fiber IPv4 is suspect: 3 probes unanswered" }),
        event(0, {
          text: "fiber IPv4 is down: 5 probes to 3 targets unanswered for 3.1 s",
          evidence: {
            gateway: "203.0.113.1",
            complaints: [],
            probes: [
              { target: "192.0.2.1", beforeMs: 3300, rttMs: 12.4 },
              { target: "192.0.2.2", beforeMs: 3100, rttMs: null },
            ],
          },
        }),
        event(0, { kind: "switched", text: "IPv4 failover: from fiber to lte; fiber is down" }),
      ],
    },
  ],
  problem: null,
};

const explained = async (json: boolean, said = answer): Promise<string> => {
  const written: string[] = [];
  const unused = () => Promise.reject(new Error("not asked for"));
  const orders = { status: unused, test: unused, failback: unused, use: unused, notifyTest: unused };
  const client = { ...orders, history: unused, report: unused, explain: async () => said };
  const output = { write: (text: string) => written.push(text), complain: () => {} };
  expect(await runExplain({ client, json, width: 60, output })).toBe(0);
  return written.join("\n");
};

test("what led to it is told with its evidence, broken between words", async () => {
  expect(`\n${await explained(false)}\n`).toMatchInlineSnapshot(`
    "
    IPv4 traffic has taken lte for 2 m 48 s: fiber is down.

    What led to it:
    2026-10-20 14:03:05  fiber IPv4 is down: 5 probes to 3
                         targets unanswered for 3.1 s
                         (gateway 203.0.113.1; last answer 3.3 s
                         before, from 192.0.2.1 in 12 ms; 1
                         probe unanswered, to 192.0.2.2)
    2026-10-20 14:03:05  IPv4 failover: from fiber to lte; fiber
                         is down
    "
  `);
});

test("why the past isn't known is told", async () => {
  expect(await explained(false, { ...answer, causes: [], problem: "the disk is full" })).toContain(
    "What led to it isn't known: the disk is full.",
  );
});

test("programs get all of it as JSON", async () => {
  expect(JSON.parse(await explained(true))).toEqual(answer);
});
