import { expect, test } from "vitest";
import type { Event } from "../../src/core/event.ts";
import type { State } from "../../src/core/state.ts";
import { openWhatIf } from "../../src/shell/replay/what-if.ts";
import { begunWith, leasedLte } from "../fake/client.ts";
import { kernelState } from "../fake/kernel-state.ts";
import { FIBER, settingsOf } from "../fake/settings.ts";

test("a daemon that is imagined hears of leases, which come from outside", () => {
  const lte = leasedLte("ipv4");
  const recorded = begunWith(lte);
  let imagined: State = recorded;
  const whatIf = openWhatIf({
    settings: settingsOf([FIBER, lte]),
    start: { version: "1", continues: false, now: 0, state: recorded },
    history: { startAt: 0, endAt: 1000, place: () => null },
    onStep: ({ state }) => {
      imagined = state;
    },
  });
  const follow = (event: Event, now: number): void =>
    whatIf.follow({ event, now, before: recorded, state: recorded, commands: [], wakeAt: now, wallOffsetMs: 0 });
  const words = { ip: "198.51.100.7", subnet: "255.255.255.0", router: "198.51.100.1", lease: "3600" };
  follow({ kind: "kernel-read", kernel: kernelState() }, 10);
  follow({ kind: "client-told", uplink: "lte", family: "ipv4", what: "bound", words }, 20);
  expect(imagined.uplinks[1]?.clients.ipv4?.lease?.address).toBe("198.51.100.7");
  follow({ kind: "client-ended", uplink: "lte", family: "ipv4", problem: "it ended" }, 30);
  expect(imagined.uplinks[1]?.clients.ipv4?.problem).toBe("it ended");
});
