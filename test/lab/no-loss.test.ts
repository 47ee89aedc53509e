import { describe, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { CLOSELY, isOn, isWell, openHouse, UPLINKS } from "./house.ts";

describe.concurrent("a blackhole of two seconds", () => {
  test("moves new flows, returns them, and breaks no running connection", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ measure: { ...CLOSELY, long: ["udp", "tcp"] }, keep });
    const after = await house.lab.break("blackhole", "wan0");
    for (const family of FAMILIES) await house.meter.recovered({ flow: "new", family, after, via: "wan1" });
    await pause(2000 - (house.meter.now() - after));
    const mended = await house.lab.mend("blackhole", "wan0");
    for (const family of FAMILIES) await house.meter.recovered({ flow: "new", family, after: mended, via: "wan0" });
    await pause(1000);
    expect(house.meter.resets({ from: after })).toEqual([]);
    for (const family of FAMILIES) {
      const stretches = await house.meter.uplinks({ flow: "long", protocol: "tcp", family, from: after });
      expect(stretches.map(({ uplink }) => uplink)).toEqual(["wan0"]);
    }
    const { families } = await house.status();
    expect(FAMILIES.map((family) => families[family].active)).toEqual([["fiber"], ["fiber"]]);
    expect(house.daemon().log()).not.toContain("failover");
  });
});

describe.concurrent("a failback", () => {
  test("loses no packet of new or running flows, and running ones stay until they end", async ({
    expect,
    onTestFinished: keep,
  }) => {
    const config = {
      uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: { preset: "fast", holdDown: "2s" } })),
      failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
    };
    const house = await openHouse({ config, measure: { ...CLOSELY, long: ["udp", "tcp"] }, keep });
    const after = await house.lab.break("blackhole", "wan0");
    await house.until("on lte", (status) => FAMILIES.every((family) => isOn("lte", family)(status)));
    for (const family of FAMILIES)
      await house.meter.recovered({ flow: "long", protocol: "udp", family, after, via: "wan1" });
    await house.lab.mend("blackhole", "wan0");
    const from = house.meter.now();
    await house.until("back on fiber", (status) => FAMILIES.every((family) => isOn("fiber", family)(status)), 60_000);
    await pause(1000);
    for (const family of FAMILIES) {
      expect(await house.meter.lost({ flow: "new", family, from })).toBe(0);
      expect(await house.meter.lost({ flow: "long", protocol: "udp", family, from })).toBe(0);
      const long = await house.meter.uplinks({ flow: "long", protocol: "udp", family, from });
      expect(long.map(({ uplink }) => uplink)).toEqual(["wan1"]);
    }
  }, 120_000);
});

describe.concurrent("a test by order", () => {
  test("moves new flows and brings them back without a lost packet", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ measure: { ...CLOSELY, long: ["udp", "tcp"] }, keep });
    const from = house.meter.now();
    const ordered = await house.daemon().cli("test", "--for", "2s");
    expect(ordered).toMatchObject({ code: 0 });
    await house.until("on lte", isOn("lte"));
    await house.until("back on fiber", isWell);
    await pause(500);
    for (const family of FAMILIES) {
      const { uplink } = await house.meter.recovered({
        flow: "new",
        family,
        after: from,
        via: "wan1",
        timeoutMs: 1000,
      });
      expect(uplink).toBe("wan1");
      expect(await house.meter.lost({ flow: "new", family, from })).toBe(0);
      expect(await house.meter.lost({ flow: "long", family, from })).toBe(0);
    }
    expect(house.meter.resets({ from })).toEqual([]);
  });
});
