import { fileURLToPath } from "node:url";
import { describe, type ExpectStatic, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import type { Status } from "../../src/core/status.ts";
import { type House, isOn, isWell, losses, movesIn, openHouse, ourDefaults, placesOf, UPLINKS } from "./house.ts";

/** Everything at its default, but quick to trust a line again. */
const CONFIG = {
  uplinks: UPLINKS.map((uplink) => ({
    ...uplink,
    detection: { preset: "balanced", holdDown: "3s", holdDownInterval: "100ms" },
  })),
  failover: { holdAfterFailover: "5m", holdAfterFailback: "1s" },
};

const COMMAND = fileURLToPath(new URL("../../bin/wan-failover", import.meta.url));

/** What a start sets off has happened by then. */
const ADOPTED_MS = 1500;

/** Collects the changes to our routes, as `ip monitor` tells them. */
const watchRoutes = (lab: Lab): { end(): readonly string[] } => {
  const child = lab.spawn("router", ["ip", "-oneline", "monitor", "route"]);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  return {
    end: () => {
      child.kill();
      return text.split("\n").filter((line) => line.includes("proto 87"));
    },
  };
};

interface Death {
  readonly house: House;
  readonly expect: ExpectStatic;
  /** The state that it dies in, in words. */
  readonly state: string;
  readonly forgetful?: boolean;
}

/** Whoever has forgotten that a standby is dead gives it the benefit of the doubt: only metric 1 is compared then. */
const carriersIn = (routes: string): readonly string[] =>
  routes.split("\n").filter((line) => line.includes("metric 1 "));

/** Kills the daemon, starts another, and expects that no route changes. Gives what the other one says first, and since when. */
const dieQuietly = async ({
  house,
  expect,
  state,
  forgetful = false,
}: Death): Promise<{ status: Status; from: number }> => {
  const before = await ourDefaults(house.lab);
  const watch = watchRoutes(house.lab);
  const from = house.meter.now();
  await house.restart({ forgetful });
  const status = await house.status();
  await pause(ADOPTED_MS);
  const changes = watch.end();
  expect.soft(forgetful ? carriersIn(changes.join("\n")) : changes, `${state}: changes to our routes`).toEqual([]);
  expect.soft(carriersIn(await ourDefaults(house.lab)), state).toEqual(carriersIn(before));
  expect.soft(movesIn(house.daemon().log()), `${state}: the log`).toEqual([]);
  return { status, from };
};

/** As `dieQuietly`, and no packet is lost either. */
const dieUnnoticed = async (death: Death): Promise<Status> => {
  const { status, from } = await dieQuietly(death);
  death.expect.soft(await losses(death.house, { from }), `${death.state}: lost packets`).toEqual({});
  return status;
};

/** A new flow whose port the router still knows is pinned to the silent line: single ones are lost. */
const LONGEST_GAP_MS = 150;

const inBoth =
  (is: (status: Status, family: Family) => boolean) =>
  (status: Status): boolean =>
    FAMILIES.every((family) => is(status, family));

const areOn = (name: string) => inBoth((status, family) => isOn(name, family)(status));

const fiberIs = (verdict: string) =>
  inBoth((status, family) => status.uplinks[0]?.families[family]?.verdict === verdict);

const areDiverted = inBoth((status, family) => status.families[family].diverted);

const recovered = async (house: House, flow: "new" | "long", after: number): Promise<number> => {
  const each = await Promise.all(
    FAMILIES.map((family) => house.meter.recovered({ flow, protocol: "udp", family, after, via: "wan1" })),
  );
  return Math.max(...each.map(({ gapMs }) => gapMs));
};

describe.concurrent("a daemon that is killed", () => {
  test("goes on where it was when it is started again, in every state of an outage", async ({
    expect,
    onTestFinished: keep,
  }) => {
    const house = await openHouse({ config: CONFIG, measure: { long: ["udp"] }, keep });
    await dieUnnoticed({ house, expect, state: "steady" });

    const after = await house.lab.break("blackhole");
    await house.until("suspect", (status) => status.uplinks[0]?.families.ipv4?.verdict === "suspect");
    await house.restart();
    expect.soft(await recovered(house, "new", after), "suspect").toBeLessThan(10_000);
    expect.soft(await recovered(house, "long", after), "suspect").toBeLessThan(15_000);

    await house.until("failed over", areOn("lte"));
    const held = await dieUnnoticed({ house, expect, state: "failed over" });
    for (const family of FAMILIES) expect.soft(held.families[family].holdLeftMs).toBeGreaterThan(200_000);

    await house.lab.mend("blackhole");
    await house.until("in hold-down", fiberIs("hold-down"), 20_000);
    await dieUnnoticed({ house, expect, state: "hold-down" });
    await house.until("up again", fiberIs("up"), 30_000);
    const waiting = await dieUnnoticed({ house, expect, state: "hold" });
    for (const family of FAMILIES) expect.soft(waiting.families[family].holdLeftMs).toBeGreaterThan(150_000);

    await house.until("up", fiberIs("up"));
    expect((await house.daemon().cli("failback")).code).toBe(0);
    await house.until("back", areOn("fiber"));
    const draining = await dieUnnoticed({ house, expect, state: "drain" });
    for (const family of FAMILIES) {
      expect.soft(draining.families[family].drains).toMatchObject([{ uplink: "lte" }]);
      expect.soft(draining.families[family].drains[0]?.leftMs).toBeGreaterThan(1_700_000);
      const long = await house.meter.uplinks({ flow: "long", family, from: house.meter.now() - 500 });
      expect.soft(long.map(({ uplink }) => uplink)).toEqual(["wan1"]);
    }

    await house.until("well", isWell);
    expect((await house.daemon().cli("test", "--for", "2m")).code).toBe(0);
    await house.until("testing", areOn("lte"));
    const testing = await dieUnnoticed({ house, expect, state: "test" });
    expect.soft(testing.test).toMatchObject({ uplink: "lte" });
    expect.soft(testing.test?.leftMs).toBeGreaterThan(60_000);
    expect((await house.daemon().cli("failback")).code).toBe(0);
    await house.until("back after the test", areOn("fiber"));
  }, 120_000);

  test("during a divert, or without its memory, goes on likewise", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ config: CONFIG, measure: { long: ["udp"] }, keep });
    await dieUnnoticed({ house, expect, state: "steady", forgetful: true });
    for (const forgetful of [false, true]) {
      await house.until("well", isWell);
      const after = await house.lab.break("blackhole");
      await house.until("diverted", areDiverted);
      await recovered(house, "new", after);
      const { from } = await dieQuietly({ house, expect, state: "divert", forgetful });
      for (const family of FAMILIES) {
        expect.soft(await house.meter.gap({ flow: "new", family, from })).toBeLessThan(LONGEST_GAP_MS);
      }
      await recovered(house, "long", after);
      await house.until("failed over", areOn("lte"));
      if (forgetful) await dieUnnoticed({ house, expect, state: "failed over", forgetful });
      await house.lab.mend("blackhole");
      await house.restart({ fresh: true });
    }
  }, 120_000);

  test("again and again while it starts, does no harm", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ measure: { long: ["udp"] }, keep });
    const before = await ourDefaults(house.lab);
    await house.daemon().kill9();
    const { env, configFile } = placesOf(house.lab);
    const from = house.meter.now();
    for (let round = 0; round < 8; round += 1) {
      const seconds = (0.1 + Math.random() * 0.8).toFixed(3);
      const argv = ["timeout", "-s", "KILL", seconds, COMMAND, "run", "--config", configFile];
      await house.lab.execute("router", argv, env);
    }
    await house.restart();
    await house.until("well", isWell);
    expect(await ourDefaults(house.lab)).toBe(before);
    expect(movesIn(house.daemon().log())).toEqual([]);
    expect(await losses(house, { from })).toEqual({});
  });
});

/**
 * Flows that the kernel moved by itself still bear the mark of the uplink that they left. They are flushed by the next
 * start, and so is a new one that reuses such a flow's port: an answer that is on its way then is lost.
 */
const MOVED_LOST = 3;

describe.concurrent("a daemon that is stopped", () => {
  test("leaves its routes, which outlive a lost carrier too, and is succeeded without a lost packet", async ({
    expect,
    onTestFinished: keep,
  }) => {
    const house = await openHouse({ measure: { long: ["udp"] }, keep });
    const watch = watchRoutes(house.lab);
    const from = house.meter.now();
    expect(await house.daemon().stop()).toEqual({ code: 0, signal: null });
    await pause(500);
    await house.restart();
    await pause(ADOPTED_MS);
    expect(watch.end()).toEqual([]);
    expect(await losses(house, { from })).toEqual({});

    await house.daemon().stop();
    const after = await house.lab.break("carrier-loss");
    expect(await recovered(house, "new", after)).toBeLessThan(100);
    expect(await recovered(house, "long", after)).toBeLessThan(500);
    const later = house.meter.now();
    await house.restart();
    await house.until("on lte", areOn("lte"));
    for (const [flow, lost] of Object.entries(await losses(house, { from: later }))) {
      expect.soft(lost, flow).toBeLessThanOrEqual(MOVED_LOST);
    }
  });
});
