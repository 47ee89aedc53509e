import { describe, expect, test } from "vitest";
import { agenda } from "../../lab/chaos/agenda.ts";
import { brokenHolds, judge, type Request, type Truth } from "../../lab/chaos/judge.ts";

const BOUND = 6000;
const FOREVER = Number.POSITIVE_INFINITY;

const requests = (answered: boolean, from: number, count = 10): Request[] =>
  Array.from({ length: count }, (_, index) => ({
    flow: "new",
    family: "ipv4",
    sentAt: from + index * 50,
    answered,
  }));

const truth = (changes: Partial<Truth>): Truth => ({ dead: { wan0: [], wan1: [] }, disturbed: [], ...changes });

describe("what is owed", () => {
  test("flows that fail though an uplink works are a breach", () => {
    const dead = { wan0: [{ from: 0, to: FOREVER }], wan1: [] };
    const { breaches } = judge(truth({ dead }), requests(false, 20_000), BOUND);
    expect(breaches).toMatchObject([{ flow: "new", family: "ipv4", from: 20_000, lost: 10 }]);
  });

  test("nothing is asked without any uplink, soon after a change, or after a disturbance", () => {
    const gone = [{ from: 0, to: FOREVER }];
    expect(judge(truth({ dead: { wan0: gone, wan1: gone } }), requests(false, 20_000), BOUND).breaches).toEqual([]);
    const late = { wan0: [{ from: 18_000, to: FOREVER }], wan1: [] };
    expect(judge(truth({ dead: late }), requests(false, 20_000), BOUND)).toMatchObject({ excused: 10, breaches: [] });
    const disturbed = [{ from: 16_000, to: 19_000 }];
    expect(judge(truth({ disturbed }), requests(false, 20_000), BOUND).breaches).toEqual([]);
  });

  test("two lost packets are borne, and answered ones are counted", () => {
    const mixed = [...requests(false, 20_000, 2), ...requests(true, 21_000, 5)];
    expect(judge(truth({}), mixed, BOUND)).toEqual({ kept: 5, excused: 0, breaches: [] });
  });
});

test("a failback sooner than the hold is found, unless its uplink had died", () => {
  const log = [
    "2026-01-01T00:00:00.000Z info: IPv4 failover: fiber to lte; fiber is down",
    "2026-01-01T00:00:05.000Z info: IPv4 failback: lte to fiber; fiber works again: answers",
    "2026-01-01T00:00:06.000Z info: IPv4 failover: fiber to lte; fiber is down",
    "2026-01-01T00:00:07.000Z info: IPv4 failback: lte to fiber; lte is down",
  ].join("\n");
  expect(brokenHolds(log, 8000)).toHaveLength(1);
  expect(brokenHolds(log, 4000)).toHaveLength(0);
});

test("the same seed gives the same troubles, and no uplink has two at once", () => {
  const options = { seed: 3, forMs: 600_000, choices: { wan0: 9, wan1: 9, router: 10 } };
  const appointments = agenda(options);
  expect(agenda(options)).toEqual(appointments);
  for (const lane of ["wan0", "wan1", "router"] as const) {
    const own = appointments.filter((each) => each.lane === lane);
    expect(own.length).toBeGreaterThan(10);
    expect(own.every(({ from }, index) => index === 0 || from > (own[index - 1]?.to ?? 0))).toBe(true);
  }
});
