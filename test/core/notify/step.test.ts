import { describe, expect, test } from "vitest";
import { notifyProblems } from "../../../src/core/notify/problems.ts";
import { messageOf, spanText } from "../../../src/core/notify/words.ts";
import { tellPeople, viewWith } from "./story.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FAILED = "Primary WAN link failed on 'pbx'. Switched to secondary link.";
const OK = "Primary WAN link OK on 'pbx'. Switched back to primary link.";

test("a start on the primary is no news, a start on the secondary is", () => {
  const quiet = tellPeople();
  quiet.until(HOUR);
  expect(quiet.subjects()).toEqual([]);
  const told = tellPeople();
  told.at(0, viewWith("lte", ["fiber"]));
  told.until(MINUTE);
  expect(told.subjects()).toEqual([FAILED]);
});

describe("switches", () => {
  test("a failover and its failback are told ten seconds after each, with AstLinux's subjects", () => {
    const people = tellPeople();
    people.at(5000, viewWith("lte", ["fiber"]));
    people.at(725_000, viewWith("fiber"));
    people.until(HOUR);
    expect(people.sent.map(({ at }) => at)).toEqual([15_000, 735_000]);
    expect(people.subjects()).toEqual([FAILED, OK]);
    expect(messageOf(people.sent[1]?.batch ?? []).text).toMatchInlineSnapshot(`
      "Primary WAN link OK on 'pbx'. Switched back to primary link.

      Traffic went from lte to fiber at day 1, second 725: fiber works again.
      It was away from fiber for 12 minutes.

      fiber on eth0, carries the traffic
        State: works (all targets answer)
        Address: IPv4 192.0.2.2, gateway 192.0.2.1
        Route: default via 192.0.2.1 dev eth0 metric 1

      lte on wwan0, stands by
        State: works (all targets answer)
        Address: IPv4 192.0.2.2, gateway 192.0.2.1
        Route: default via 192.0.2.1 dev eth0 metric 1

      Time: day 1, second 735
      "
    `);
  });

  test("one that is undone before it was told makes one message", () => {
    const people = tellPeople();
    people.at(5000, viewWith("lte", ["fiber"]));
    people.at(9000, viewWith("fiber"));
    people.until(HOUR);
    expect(people.subjects()).toEqual([OK]);
    expect(people.sent[0]?.batch[0]?.summary).toContain("from fiber to lte");
  });

  test("a line that fails each minute for a day makes messages that become few, and each switch is counted", () => {
    const people = tellPeople();
    for (let at = MINUTE; at < 24 * HOUR; at += 2 * MINUTE) {
      people.at(at, viewWith("lte", ["fiber"]));
      people.at(at + MINUTE, viewWith("fiber"));
    }
    people.until(48 * HOUR);
    const within = (ms: number) => people.sent.filter(({ at }) => at < ms).length;
    expect(within(HOUR)).toBeLessThanOrEqual(7);
    expect(within(24 * HOUR)).toBeLessThanOrEqual(56);
    expect(people.subjects().at(-1)).toBe(OK);
    expect(people.sent.at(-2)?.batch[0]?.summary).toMatch(
      /It was away from fiber for 15 minutes\.\nThere were 29 more switches before/,
    );
  });

  test("after a calm hour the next failure is told at once again", () => {
    const people = tellPeople();
    for (let at = 0; at < 10; at += 1) people.at(at * MINUTE, viewWith(at % 2 === 0 ? "lte" : "fiber"));
    people.until(3 * HOUR);
    const before = people.sent.length;
    people.at(3 * HOUR, viewWith("lte", ["fiber"]));
    people.until(3 * HOUR + 10_000);
    expect(people.sent.length).toBe(before + 1);
  });

  test("a move from one stand-in to another, or by order, doesn't say that the primary has failed", () => {
    const people = tellPeople();
    people.at(0, viewWith("lte", ["fiber"]));
    people.at(MINUTE, viewWith("dsl", ["fiber", "lte"], { online: true, reason: "lte is down" }));
    people.at(HOUR, viewWith("lte", ["fiber"], { how: "ordered", reason: "lte is pinned by hand" }));
    people.until(2 * HOUR);
    expect(people.subjects()).toEqual([
      FAILED,
      "Secondary WAN link lte failed on 'pbx'. Switched to dsl.",
      "WAN link moved by order on 'pbx'. Switched to lte.",
    ]);
  });
});

describe("no uplink works", () => {
  test("that is told after half a minute, for a relay on the LAN, and that the internet is back", () => {
    const people = tellPeople();
    people.at(0, viewWith("fiber", ["fiber", "lte"]));
    people.at(5 * MINUTE, viewWith("fiber", ["lte"]));
    people.until(6 * MINUTE);
    expect(people.subjects()).toEqual([
      "All WAN links failed on 'pbx'.",
      "WAN link OK on 'pbx'. The internet is back over fiber.",
    ]);
    expect(people.sent[1]?.batch[0]?.summary).toContain("No uplink worked for 5 minutes");
  });

  test("a hiccup of all is no news", () => {
    const people = tellPeople();
    people.at(0, viewWith("fiber", ["fiber", "lte"]));
    people.at(5000, viewWith("fiber"));
    people.until(HOUR);
    expect(people.subjects()).toEqual([]);
  });

  test("where the other uplink is the first to return, one message tells both", () => {
    const people = tellPeople();
    people.at(0, viewWith("fiber", ["fiber", "lte"]));
    people.at(20_000, viewWith("lte", ["fiber"]));
    people.until(2 * MINUTE);
    expect(people.subjects()).toEqual([FAILED]);
    expect(people.sent[0]?.batch[0]?.summary).toContain("No uplink worked for 20 seconds.");
  });
});

describe("a standby that doesn't work", () => {
  test("is told after ten minutes, once, and again when it works", () => {
    const people = tellPeople();
    people.at(0, viewWith("fiber", ["lte"]));
    people.at(3 * HOUR, viewWith("fiber"));
    people.until(4 * HOUR);
    expect(people.sent.map(({ at }) => at)).toEqual([10 * MINUTE, 3 * HOUR]);
    expect(people.subjects()).toEqual([
      "Standby WAN link lte is not usable on 'pbx'.",
      "Standby WAN link lte is usable again on 'pbx'.",
    ]);
    expect(people.sent[0]?.batch[0]?.summary).toBe(
      "Lte has not worked for 10 minutes: no target answers. Traffic takes fiber; if that fails too, lte can't help.",
    );
  });

  test("is not told where it comes back in time, nor of an uplink whose failover was told", () => {
    const people = tellPeople();
    people.at(0, viewWith("fiber", ["lte"]));
    people.at(9 * MINUTE, viewWith("fiber"));
    people.at(20 * MINUTE, viewWith("lte", ["fiber"]));
    people.at(3 * HOUR, viewWith("fiber"));
    people.until(4 * HOUR);
    expect(people.subjects()).toEqual([FAILED, OK]);
  });
});

describe("a relay that is down", () => {
  test("is tried again ever less often, and gets one message with all that happened", () => {
    const people = tellPeople();
    people.relayIs("down");
    people.at(0, viewWith("lte", ["fiber"]));
    people.at(30 * MINUTE, viewWith("fiber"));
    people.until(HOUR);
    const gaps = people.attempts.map((at, i) => at - (people.attempts[i - 1] ?? 0));
    expect(gaps.slice(0, 8)).toEqual([10_000, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000]);
    expect(people.attempts).toContain(30 * MINUTE + 3000);
    expect(people.logs).toEqual(["Can't tell by email and will try again: connection refused"]);
    expect(notifyProblems(people.state(), HOUR)).toEqual([
      "2 messages wait to be told by email, which has failed for 59 minutes 50 seconds: connection refused",
    ]);
    people.relayIs("up");
    people.until(2 * HOUR);
    expect(people.sent.length).toBe(1);
    const { subject, text } = messageOf(people.sent[0]?.batch ?? []);
    expect(subject).toBe(OK);
    expect(text).toContain(`Earlier, and not told until now:\n\nday 1, second 10\n${FAILED}`);
    expect(notifyProblems(people.state(), 2 * HOUR)).toEqual([]);
    expect(people.logs.at(-1)).toMatch(/^Told by email, at attempt \d+$/);
  });

  test("is tried three seconds after a switch, whatever the back-off says", () => {
    const people = tellPeople();
    people.relayIs("down");
    people.at(0, viewWith("lte", ["fiber"]));
    people.until(50 * MINUTE);
    people.relayIs("up");
    people.at(50 * MINUTE, viewWith("fiber"));
    people.until(50 * MINUTE + 3000);
    expect(people.sent.length).toBe(1);
  });

  test("what comes while a message is being sent waits for the next one", () => {
    const people = tellPeople();
    people.relayIs("hanging");
    people.at(0, viewWith("lte", ["fiber"]));
    people.at(MINUTE, viewWith("fiber"));
    people.until(HOUR);
    expect(people.attempts.length).toBe(1);
    people.relayIs("up");
    people.take({ kind: "delivered", channel: "email" });
    expect(people.sent.map(({ batch }) => batch.map(({ kind }) => kind))).toEqual([["failback"]]);
  });

  test("keeps twenty messages at the most, the newest", () => {
    const people = tellPeople();
    people.relayIs("down");
    for (let hours = 0; hours < 60; hours += 1) {
      people.at(2 * hours * HOUR, viewWith(hours % 2 === 0 ? "lte" : "fiber"));
    }
    people.relayIs("up");
    people.until(200 * HOUR);
    expect(people.sent[0]?.batch.length).toBe(20);
  });
});

test("what was not through before a restart is sent after it, and the failback of an outage before it is told", () => {
  const before = tellPeople();
  before.relayIs("down");
  before.at(0, viewWith("lte", ["fiber"]));
  before.until(MINUTE);
  const memory = before.saved.at(-1) ?? null;
  expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  const after = tellPeople({}, memory);
  expect(after.subjects()).toEqual([FAILED]);
  after.until(MINUTE);
  expect(after.subjects()).toEqual([FAILED, OK]);
});

describe("how long it lasted, whatever the clock was set to meanwhile,", () => {
  const YEARS = 50 * 365 * 24 * HOUR;
  const summaries = ({ sent }: ReturnType<typeof tellPeople>) => sent.map(({ batch }) => batch.at(-1)?.summary);

  test("is told of a standby and of the primary", () => {
    const people = tellPeople({}, null, { clockOffMs: -YEARS });
    people.at(0, viewWith("fiber", ["lte"]));
    people.until(MINUTE);
    people.clockIsOffBy(0);
    people.at(HOUR, viewWith("fiber"));
    people.at(2 * HOUR, viewWith("lte", ["fiber"]));
    people.until(3 * HOUR);
    people.clockIsOffBy(-HOUR);
    people.at(4 * HOUR, viewWith("fiber"));
    people.until(5 * HOUR);
    expect(summaries(people)).toEqual([
      expect.stringContaining("Lte has not worked for 10 minutes"),
      "lte works again. It did not for 1 hour.",
      expect.stringContaining("Traffic went from fiber to lte"),
      expect.stringContaining("It was away from fiber for 2 hours."),
    ]);
  });

  const brokenUntil = (now: number) => {
    const people = tellPeople({}, null, { clockOffMs: -YEARS });
    people.at(0, viewWith("lte", ["fiber"]));
    people.until(now);
    return people.saved.at(-1) ?? null;
  };

  test("is told over a restart of the daemon", () => {
    const after = tellPeople({}, brokenUntil(30 * MINUTE), { now: HOUR });
    after.until(2 * HOUR);
    expect(summaries(after)).toEqual([expect.stringContaining("It was away from fiber for 1 hour.")]);
  });

  test.each([
    ["is told by the clock over a boot of the machine", HOUR - YEARS, "It was away from fiber for 1 hour."],
    ["is not told over a boot where that clock was wrong", HOUR, "fiber works again."],
    ["is not told over a boot where that clock is wrong now", -2 * YEARS, "fiber works again."],
  ])("%s", (_name, clockOffMs, end) => {
    const after = tellPeople({}, brokenUntil(30 * MINUTE), { boot: "b", clockOffMs });
    after.until(MINUTE);
    expect(summaries(after)).toEqual([expect.stringMatching(new RegExp(`${end}$`))]);
  });

  test("is told of a standby over a restart, in the same way", () => {
    const before = tellPeople();
    before.at(0, viewWith("fiber", ["lte"]));
    before.until(HOUR);
    const memory = before.saved.at(-1) ?? null;
    const told = (start: Parameters<typeof tellPeople>[2]) => summaries(tellPeople({}, memory, start));
    expect(told({ now: 2 * HOUR, clockOffMs: YEARS })).toEqual(["lte works again. It did not for 2 hours."]);
    expect(told({ boot: "b", clockOffMs: 3 * HOUR })).toEqual(["lte works again. It did not for 3 hours."]);
    expect(told({ boot: "b", clockOffMs: YEARS })).toEqual(["lte works again."]);
  });
});

test("a test message goes to every channel at once, and a channel that is gone loses its messages", () => {
  const people = tellPeople({ channels: ["email", "ntfy"] });
  people.take({ kind: "test-asked", view: viewWith("fiber") });
  expect(people.subjects()).toEqual(Array(2).fill("Test message of WAN failover on 'pbx'."));
  people.take({ kind: "configured", settings: { ...people.state().settings, channels: ["ntfy"] } });
  expect(Object.keys(people.state().boxes)).toEqual(["ntfy"]);
});

test.each([
  [0, "1 second"],
  [14_000, "14 seconds"],
  [61_000, "1 minute 1 second"],
  [7_500_000, "2 hours 5 minutes"],
  [2 * 86_400_000, "2 days"],
  [86_400_000 + 30_000, "1 day 30 seconds"],
])("%i ms is %s", (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

test("a cap is told at 80 and at 100 %, once in a month however often the daemon starts", () => {
  const using = (gigabytes: number, month = "2026-10") => {
    const view = viewWith("fiber");
    const usage = { month, bytes: gigabytes * 1e9, cap: 1e10, share: gigabytes / 10 };
    return { ...view, uplinks: view.uplinks.map((one) => (one.name === "lte" ? { ...one, usage } : one)) };
  };
  const people = tellPeople();
  people.at(MINUTE, using(7.9));
  people.at(2 * MINUTE, using(8));
  people.at(3 * MINUTE, using(9));
  people.at(4 * MINUTE, using(11));
  expect(people.subjects()).toEqual([
    "WAN link lte nears the end of its cap on 'pbx'.",
    "WAN link lte has used up its cap on 'pbx'.",
  ]);
  expect(people.sent[1]?.batch[0]?.summary).toBe(
    "lte has used 11.0 GB of its 10.0 GB in 2026-10 (110 %). Traffic goes on as before.",
  );
  const again = tellPeople({}, people.saved.at(-1) ?? null);
  again.at(MINUTE, using(0, "1970-01"));
  again.at(2 * MINUTE, using(11.5));
  expect(again.subjects()).toEqual([]);
  again.at(3 * MINUTE, using(8, "2026-11"));
  expect(again.subjects()).toHaveLength(1);
});

test("a rehearsal is told once, in the place of the switches that it makes", () => {
  const people = tellPeople();
  const rehearsed = { uplink: "lte", at: 90_000, problems: ["DNS: no answer"] };
  people.at(30_000, viewWith("lte", [], { rehearsing: true, how: "ordered" }));
  people.at(90_000, viewWith("fiber", [], { rehearsed }));
  people.until(HOUR);
  expect(people.subjects()).toEqual(["Rehearsal of a WAN failover FAILED on 'pbx'."]);
  expect(people.sent[0]?.batch[0]?.summary).toBe("The rehearsal of a failover to lte has failed: DNS: no answer.");
});
