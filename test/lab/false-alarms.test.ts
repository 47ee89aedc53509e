import { describe, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { areOn, isWell, movesIn, openHouse } from "./house.ts";
import { countProbes, detectedBy, movesDuring, NO_TRAFFIC, saturate } from "./trials.ts";

/** Shorter than bench/detection-lab.ts bears the same: other labs run beside these. */
const USERS = { long: ["udp", "tcp"] } as const;

/** Lost in each direction: a tenth, and two fifths, of all round trips. */
const TENTH = 0.0513;
const TWO_FIFTHS = 0.2254;

describe.concurrent("a metered uplink that nobody uses", () => {
  test("costs one small probe every two minutes in each family, and its answer", async ({
    expect,
    onTestFinished: keep,
  }) => {
    const config = {
      uplinks: [
        { name: "fiber", interface: "wan0" },
        { name: "lte", interface: "wan1", detection: "metered" },
      ],
    };
    const house = await openHouse({ config, measure: NO_TRAFFIC, keep });
    const counted = await countProbes(house.lab, "isp-b");
    await pause(60_000);
    const { ipv4, ipv6 } = await counted();
    expect.soft(ipv4.packets).toBeLessThanOrEqual(2);
    expect.soft(ipv6.packets).toBeLessThanOrEqual(2);
    expect.soft(ipv4.bytes).toBe(ipv4.packets * 36);
    expect.soft(ipv6.bytes).toBe(ipv6.packets * 56);
    expect(
      await house.lab.run(
        "router",
        "ping -q -c 1 -W 1 -I wan1 1.1.1.1 && ping -q -c 1 -W 1 -I wan1 2606:4700:4700::1111",
      ),
    ).toContain("1 received");
    expect((await counted()).ipv4.packets).toBe(ipv4.packets + 2);
  });
});

describe.concurrent("no failover and no divert", () => {
  test.for([
    { users: "users", measure: USERS },
    { users: "no users", measure: NO_TRAFFIC },
  ])(
    "comes of a tenth of all packets being lost, with $users on the line",
    async ({ measure }, { expect, onTestFinished: keep }) => {
      const house = await openHouse({ measure, keep });
      const moves = await movesDuring(house, async () => {
        await house.lab.break("loss", "wan0", { loss: TENTH });
        await pause(75_000);
      });
      expect(moves).toEqual([]);
    },
  );

  test.for(["fast", "balanced"])("comes of an uplink that its users fill, with %s", async (preset, context) => {
    const { expect, onTestFinished: keep } = context;
    const house = await openHouse({ config: detectedBy(preset), lab: { wire: true }, measure: USERS, keep });
    const moves = await movesDuring(house, async () => {
      const stop = await saturate(house.lab);
      await pause(30_000);
      await stop();
      await pause(3000);
    });
    expect(moves).toEqual([]);
  });
});

describe.concurrent("a line that loses two fifths of all packets", () => {
  test("is left by new flows within seconds, and its running ones stay", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ measure: USERS, keep });
    await house.lab.break("loss", "wan0", { loss: TWO_FIFTHS });
    const tookMs = await house.until(
      "away",
      ({ families }) => FAMILIES.every((family) => families[family].carrying.join() === "lte"),
      28_000,
    );
    console.log(`two fifths lost: new flows moved after ${(tookMs / 1000).toFixed(1)} s`);
    expect.soft(areOn("fiber")(await house.status())).toBe(true);
    expect
      .soft(movesIn(house.daemon().log()).join("\n"))
      .toMatch(/new flows take lte for now; fiber: answers, but \d+ %/);
    await house.lab.mend("loss", "wan0");
    await house.until("well again", isWell, 60_000);
  });
});
