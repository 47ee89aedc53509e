import { describe, expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { FaultName } from "../../lab/faults.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { CLOSELY, type House, median, openHouse, UPLINKS } from "./house.ts";
import { detectedBy, hog, movesDuring, NO_TRAFFIC, timeBlackhole } from "./trials.ts";

/** Of few rounds on a busy machine: the aims, 600 and 300 ms for a blackhole, are for bench/detection-lab.ts to judge. */
const ROUNDS = 5;
/** To the daemon, these are as silent as a blackhole. */
const LIKE_A_BLACKHOLE: readonly FaultName[] = ["dead-gateway", "loss-outbound", "loss-inbound"];
const FEW_ROUNDS = 3;

interface Round {
  readonly house: House;
  readonly fault: FaultName;
}

/** Breaks the preferred uplink, measures until new and long flows work again, and makes all well. */
const suffer = async ({ house, fault }: Round): Promise<{ newMs: number; longMs: number }> => {
  const after = await house.lab.break(fault, "wan0");
  const each = await Promise.all(
    FAMILIES.map(async (family) => ({
      newFlows: await house.meter.recovered({ flow: "new", family, after, via: "wan1" }),
      longFlows: await house.meter.recovered({ flow: "long", protocol: "udp", family, after, via: "wan1" }),
    })),
  );
  await house.lab.heal();
  await house.restart({ fresh: true });
  await pause(300 + Math.random() * 1000);
  return {
    newMs: Math.max(...each.map(({ newFlows }) => newFlows.gapMs)),
    longMs: Math.max(...each.map(({ longFlows }) => longFlows.gapMs)),
  };
};

const medians = async (round: Round): Promise<{ newMs: number; longMs: number }> => {
  const rounds = LIKE_A_BLACKHOLE.includes(round.fault) ? FEW_ROUNDS : ROUNDS;
  const outages = [];
  for (let count = 0; count < rounds; count += 1) outages.push(await suffer(round));
  const result = { newMs: median(outages.map((one) => one.newMs)), longMs: median(outages.map((one) => one.longMs)) };
  console.log(
    `${round.fault}: new flows ${result.newMs.toFixed(0)} ms, long flows ${result.longMs.toFixed(0)} ms (medians of ${rounds})`,
  );
  return result;
};

describe("an outage that only silence tells", () => {
  test.for<{ preset: string; newMs: number; blackholeMs: number; longMs: number }>([
    { preset: "balanced", newMs: 800, blackholeMs: 700, longMs: 4500 },
    { preset: "fast", newMs: 400, blackholeMs: 360, longMs: 1600 },
  ])(
    "costs new flows under $newMs ms and long ones under $longMs ms with $preset",
    { timeout: 400_000 },
    async ({ preset, newMs, blackholeMs, longMs }, { onTestFinished: keep, expect }) => {
      const config = { uplinks: UPLINKS.map((uplink) => ({ ...uplink, detection: preset })) };
      const house = await openHouse({ config, measure: { ...CLOSELY, long: ["udp"] }, keep });
      for (const fault of ["blackhole", ...LIKE_A_BLACKHOLE] as const) {
        const outage = await medians({ house, fault });
        expect.soft(outage.newMs, `${fault}, new flows`).toBeLessThan(fault === "blackhole" ? blackholeMs : newMs);
        expect.soft(outage.longMs, `${fault}, long flows`).toBeLessThan(longMs);
      }
    },
  );
});

describe("a machine whose cores are both taken", () => {
  test("moves nothing", async () => {
    const house = await openHouse({ measure: { ...CLOSELY, long: ["udp"] } });
    const stop = hog(house.lab, 4);
    try {
      expect(await movesDuring(house, () => pause(12_000))).toEqual([]);
    } finally {
      stop();
    }
  });
});

describe("a blackhole that no user is there to notice", () => {
  test.for([
    { preset: "balanced", withinMs: 1600 },
    { preset: "fast", withinMs: 600 },
  ])(
    "has new flows led away within $withinMs ms with $preset",
    async ({ preset, withinMs }, { onTestFinished: keep, expect }) => {
      const house = await openHouse({ config: detectedBy(preset), measure: NO_TRAFFIC, keep });
      const times = [];
      for (let count = 0; count < ROUNDS; count += 1) times.push(await timeBlackhole(house, "idle"));
      console.log(`blackhole without traffic, ${preset}: ${median(times).toFixed(0)} ms (median of ${ROUNDS})`);
      expect(median(times)).toBeLessThan(withinMs);
    },
  );
});

describe("a lost carrier", () => {
  test("costs new flows under 20 ms and long ones under 100 ms", async () => {
    const house = await openHouse({ measure: { long: ["udp"], intervalMs: 5 } });
    const outage = await medians({ house, fault: "carrier-loss" });
    expect.soft(outage.newMs).toBeLessThan(20);
    expect.soft(outage.longMs).toBeLessThan(100);
  });
});
