import { describe, expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { Event } from "../../src/core/event.ts";
import type { KernelState } from "../../src/core/kernel/kernel.ts";
import type { UplinkSettings } from "../../src/core/settings.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { status } from "../../src/core/status.ts";
import { step } from "../../src/core/step.ts";
import { kernelState, link } from "../fake/kernel-state.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";

const fiber = { ...FIBER, dns: ["203.0.113.53", "9.9.9.9", "2001:db8:a::53"] };
const lte = { ...LTE, dns: ["9.9.9.9", "198.51.100.53"] };

interface Told {
  readonly state: State;
  readonly commands: readonly Command[];
}

const told = (before: State, events: readonly Event[], now = 0): Told =>
  events.reduce<Told>(
    ({ state, commands }, event) => {
      const { state: after, commands: more } = step(state, event, now);
      return { state: after, commands: [...commands, ...more] };
    },
    { state: before, commands: [] },
  );

const EDITED: Event = { kind: "kernel-edited", failures: [], firewall: undefined };

const reply = (command: Command): readonly Event[] =>
  command.kind === "send-probe"
    ? [{ kind: "probe-replied", uplink: command.uplink, family: command.family, seq: command.seq, rttMs: 10 }]
    : [];

/** A daemon that has just decided: every probe was answered. */
const begun = (uplinks: readonly UplinkSettings[], kernel: KernelState = kernelState()): Told => {
  const initial = start({ settings: settingsOf(uplinks), memory: null, seed: 1, now: 0 });
  const read = told(initial, [{ kind: "kernel-read", kernel }, EDITED]);
  const answered = told(read.state, [...read.commands.flatMap(reply), EDITED, EDITED], 20);
  return { ...answered, commands: [...read.commands, ...answered.commands] };
};

const orders = ({ commands }: Told) => commands.filter((command) => command.kind === "use-resolvers");

const servers = (one: Told): readonly string[] => orders(one).at(-1)?.servers ?? [];

const rules = ({ state }: Told): readonly string[] =>
  (state.kernel?.rules ?? []).flatMap(({ select, table }) =>
    "resolver" in select ? [`${select.resolver} ${table}`] : [],
  );

const withoutFiber = kernelState({ links: [link(2, "lan0"), link(3, "eth0", { carrier: false }), link(4, "wwan0")] });

describe("the resolvers", () => {
  test("are those of the uplink that carries their family, each reached over it", () => {
    const one = begun([fiber, lte]);
    expect(orders(one)).toEqual([
      {
        kind: "use-resolvers",
        servers: ["203.0.113.53", "9.9.9.9"],
        links: [
          { interface: "eth0", servers: fiber.dns, used: true },
          { interface: "wwan0", servers: lte.dns, used: false },
        ],
      },
    ]);
    expect(rules(one)).toEqual(["203.0.113.53 254", "203.0.113.53 8701", "9.9.9.9 254", "9.9.9.9 8701"]);
  });

  test("change with the carrier, and an address that both name goes with them", () => {
    const one = begun([fiber, lte], withoutFiber);
    expect(servers(one)).toEqual(["9.9.9.9", "198.51.100.53"]);
    expect(rules(one)).toEqual(["9.9.9.9 254", "9.9.9.9 8702", "198.51.100.53 254", "198.51.100.53 8702"]);
  });

  test("are those of both where a tier is shared", () => {
    const one = begun([fiber, { ...lte, tier: 1 }]);
    expect(servers(one)).toEqual(["203.0.113.53", "9.9.9.9", "198.51.100.53"]);
    expect(rules(one)).toContain("198.51.100.53 8702");
  });

  test("are a standby's where the carrier has none", () => {
    const one = begun([FIBER, lte]);
    expect(servers(one)).toEqual(["9.9.9.9", "198.51.100.53"]);
    expect(rules(one)).toContain("9.9.9.9 8702");
  });

  test("are nobody's business where none is configured, and stay while none can be reached", () => {
    expect(orders(begun([FIBER, LTE]))).toEqual([]);
    const { state } = begun([fiber, lte]);
    const links = [link(2, "lan0"), link(3, "eth0", { carrier: false }), link(4, "wwan0", { carrier: false })];
    expect(orders(told(state, [{ kind: "kernel-read", kernel: kernelState({ links }) }, EDITED]))).toEqual([]);
  });

  test("are told once, and again a minute after a failure, which status shows", () => {
    const { state } = begun([fiber, lte]);
    const failed = told(state, [{ kind: "resolvers-used", problem: "no room" }], 30);
    expect(orders(failed)).toEqual([]);
    expect(status(failed.state, 30).problems).toEqual(["no room"]);
    expect(failed.state.reviewAt).toBeLessThanOrEqual(60_030);
    expect(orders(told(failed.state, [{ kind: "tick" }], 60_030))).toHaveLength(1);
    const well = told(failed.state, [{ kind: "resolvers-used", problem: null }], 40);
    expect(status(well.state, 40).problems).toEqual([]);
    expect(orders(told(well.state, [{ kind: "tick" }], 60_030))).toEqual([]);
  });

  test("that could not be told are not tried without pause while no uplink works", () => {
    const failed = told(begun([fiber, lte]).state, [{ kind: "resolvers-used", problem: "no room" }], 30);
    const links = [link(2, "lan0"), link(3, "eth0", { carrier: false }), link(4, "wwan0", { carrier: false })];
    const dark = told(failed.state, [{ kind: "kernel-read", kernel: kernelState({ links }) }, EDITED], 40);
    const late = told(dark.state, [{ kind: "tick" }], 60_030);
    expect(late.state.reviewAt).toBeGreaterThan(60_030);
  });
});
