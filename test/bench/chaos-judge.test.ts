import { describe, expect, test } from "vitest";
import { agenda, LANES } from "../../lab/chaos/agenda.ts";
import { brokenHolds, judge, pinnedToDead, type Request, type Sighting, type Truth } from "../../lab/chaos/judge.ts";

const BOUND = 6000;
const FOREVER = Number.POSITIVE_INFINITY;

const requests = (answered: boolean, from: number, count = 10): Request[] =>
  Array.from({ length: count }, (_, index) => ({
    flow: "new",
    family: "ipv4",
    sentAt: from + index * 50,
    answered,
  }));

const NEVER = { wan0: [], wan1: [] };

const truth = (changes: Partial<Truth>): Truth => ({ dead: NEVER, doubtful: NEVER, disturbed: [], ...changes });

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

  test("an uplink that works again is no reason to lose anything", () => {
    const dead = { wan0: [{ from: 0, to: 19_000 }], wan1: [] };
    expect(judge(truth({ dead }), requests(false, 20_000), BOUND).breaches).toHaveLength(1);
  });

  test("nothing is asked of an uplink whose lease isn't there yet", () => {
    const dead = { wan0: [{ from: 0, to: FOREVER }], wan1: [] };
    const doubtful = { wan0: [], wan1: [{ from: 0, to: FOREVER }] };
    expect(judge(truth({ dead, doubtful }), requests(false, 20_000), BOUND)).toMatchObject({
      excused: 10,
      breaches: [],
    });
  });

  test("two lost packets are borne, and answered ones are counted", () => {
    const mixed = [...requests(false, 20_000, 2), ...requests(true, 21_000, 5)];
    expect(judge(truth({}), mixed, BOUND)).toEqual({ kept: 5, excused: 0, breaches: [] });
  });
});

describe("what is pinned to a dead uplink", () => {
  const dead = { wan0: [{ from: 10_000, to: 30_000 }], wan1: [] };
  const seen = (at: number, uplink = "wan0"): Sighting => ({ at, family: "ipv6", uplink, flows: 2 });

  test("flows that it still has after the bound, while another works", () => {
    const sightings = [seen(9000), seen(15_000), seen(17_000), seen(17_000, "wan1"), seen(31_000)];
    expect(pinnedToDead(truth({ dead }), sightings, BOUND)).toEqual([seen(17_000)]);
  });

  test("nothing where no other has worked for so long, or somebody meddled", () => {
    const both = { ...dead, wan1: [{ from: 0, to: 14_000 }] };
    expect(pinnedToDead(truth({ dead: both }), [seen(17_000)], BOUND)).toEqual([]);
    expect(pinnedToDead(truth({ dead, disturbed: [{ from: 15_000, to: 16_000 }] }), [seen(17_000)], BOUND)).toEqual([]);
  });
});

test("a failback sooner than the hold is found, unless its uplink had died", () => {
  const log = [
    { at: 0, line: "2026-01-01T00:00:00.000Z info: IPv4 failover: fiber to lte; fiber is down" },
    { at: 5000, line: "2026-01-01T00:00:05.000Z info: IPv4 failback: lte to fiber; fiber works again: answers" },
    { at: 6000, line: "2026-01-01T00:00:06.000Z info: IPv4 failover: fiber to lte; fiber is down" },
    { at: 7000, line: "2026-01-01T00:00:07.000Z info: IPv4 failback: lte to fiber; lte is down" },
  ];
  expect(brokenHolds(log, 8000)).toEqual([log[1]?.line]);
  expect(brokenHolds(log, 4000)).toEqual([]);
});

test("neither a clock that was set back nor a line that comes late makes a hold look broken", () => {
  const failover = "2026-01-01T00:00:00.000Z info: IPv4 failover: fiber to lte; fiber is down";
  const failbackAt = (date: string): string => `${date} info: IPv4 failback: lte to fiber; fiber works again: answers`;
  const setBack = [
    { at: 0, line: failover },
    { at: 9000, line: failbackAt("2019-01-01T00:00:09.000Z") },
  ];
  const late = [
    { at: 2000, line: failover },
    { at: 9000, line: failbackAt("2026-01-01T00:00:09.000Z") },
  ];
  expect([setBack, late].map((log) => brokenHolds(log, 8000))).toEqual([[], []]);
});

test("the same seed gives the same troubles, and no lane has two at once", () => {
  const options = { seed: 3, forMs: 600_000, choices: { wan0: 9, wan1: 9, router: 10, machine: 4 } };
  const lanes = agenda(options);
  expect(agenda(options)).toEqual(lanes);
  expect(lanes.map(([first]) => first?.lane)).toEqual(LANES);
  for (const own of lanes) {
    expect(own.length).toBeGreaterThan(10);
    expect(own.every(({ from }, index) => index === 0 || from > (own[index - 1]?.to ?? 0))).toBe(true);
  }
});
