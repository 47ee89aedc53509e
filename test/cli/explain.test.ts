import { expect, test } from "vitest";
import { explain, runExplain } from "../../src/cli/explain.ts";
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

const explained = async (json: boolean): Promise<string> => {
  const written: string[] = [];
  const unused = () => Promise.reject(new Error("not asked for"));
  const client = {
    status: async () => answerOf(noIpv6),
    test: unused,
    failback: unused,
    use: unused,
    notifyTest: unused,
    history: unused,
    report: unused,
  };
  const output = { write: (text: string) => written.push(text), complain: () => {} };
  expect(await runExplain({ client, json, width: 40, output })).toBe(0);
  return written.join("\n");
};

test("paragraphs are broken between words", async () => {
  expect(`\n${await explained(false)}\n`).toMatchInlineSnapshot(`
    "
    IPv4 traffic has taken fiber for 3 h
    12 m: fiber is the best uplink that
    works. Should it fail, lte takes over.

    No uplink has IPv6.
    "
  `);
});

test("programs get the paragraphs as JSON", async () => {
  expect(JSON.parse(await explained(true))).toEqual({ explanation: explain(noIpv6) });
});
