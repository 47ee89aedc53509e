import { describe, test } from "vitest";
import type { LabOptions } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { areOn, BRISK, briskConfig, diagnosed, openHouse } from "./house.ts";

const SIXTEEN = {
  uplinks: Array.from({ length: 16 }, (_, place) => ({
    name: ["fiber", "lte"][place] ?? `line${place}`,
    interface: `wan${place}`,
    detection: BRISK,
  })),
  failover: { holdAfterFailover: "1s", holdAfterFailback: "1s" },
};

interface Odd {
  readonly what: string;
  readonly lab: LabOptions;
  readonly config?: object;
  /** What `doctor` says of it, while the daemon runs. */
  readonly codes: readonly string[];
  /** Besides, for people. */
  readonly says?: RegExp;
}

describe.concurrent("a failover works", () => {
  test.for<Odd>([
    { what: "with a strict reverse-path filter, which is made loose", lab: { reversePathFilter: 1 }, codes: [] },
    {
      what: "with the same subnet and gateway on both uplinks",
      lab: { overlap: "same-subnet" },
      codes: ["same-subnet"],
      says: /fiber and lte both are in 192\.168\.1\.0\/24/,
    },
    {
      what: "with a LAN that overlaps the standby's subnet",
      lab: { overlap: "lan" },
      codes: ["local-overlaps-uplink"],
      says: /192\.168\.77\.0\/24 on lan0 overlaps 192\.168\.77\.0\/24 of lte \(wan1\)/,
    },
    { what: "with link-local IPv6 gateways", lab: { ipv6Gateways: "link-local" }, codes: [] },
    { what: "with global IPv6 gateways", lab: { ipv6Gateways: "global" }, codes: [] },
    { what: "with 16 uplinks", lab: { uplinks: 16 }, config: SIXTEEN, codes: [] },
  ])("$what", async ({ lab, config = briskConfig(), codes, says = /./ }, { expect, onTestFinished: keep }) => {
    const house = await openHouse({ lab, config, measure: { long: ["udp"] }, keep });
    const diagnosis = await diagnosed(house);
    expect.soft(diagnosis.codes).toEqual(codes);
    expect.soft(diagnosis.text).toMatch(says);
    const after = await house.lab.break("blackhole", "wan0");
    for (const family of FAMILIES) {
      const { gapMs } = await house.meter.recovered({ flow: "new", family, after, via: "wan1" });
      expect.soft(gapMs).toBeLessThan(2000);
      await house.meter.recovered({ flow: "long", family, after, via: "wan1" });
    }
    await house.until("on lte", areOn("lte"));
    await house.lab.heal();
    await house.until("on fiber again", areOn("fiber"), 30_000);
  });
});
