import { describe, expect, test } from "vitest";
import { now, pause } from "../../lab/clock.ts";
import type { FaultName } from "../../lab/faults.ts";
import { ECHO, type Nat } from "../../lab/plan.ts";
import { FAMILIES } from "../../src/core/family.ts";
import { areOn, briskConfig, type House, isWell, openHouse, UPLINKS } from "./house.ts";

/** What flows may lose (ms). Where other labs run beside these, a start of one costs half a second; outage.test.ts measures alone. */
const OUTAGES: readonly { readonly fault: FaultName; readonly withinMs: number }[] = [
  { fault: "carrier-loss", withinMs: 1000 },
  { fault: "blackhole", withinMs: 6000 },
];

const PRODUCT_NAT = { uplinks: UPLINKS.map((uplink) => ({ ...uplink, nat: true, ipv6: { translate: "masquerade" } })) };

/**
 * As a SIP phone that registers from its port 5060 again and again: each request is a new socket, but the same flow.
 * Ends well once five in a row went through the second uplink.
 */
const REGISTRATIONS = `
for attempt in $(seq 100); do
  seen=$(echo 1 | socat -t 0.2 - UDP4:${ECHO.ipv4}:${ECHO.port},sourceport=5060,reuseaddr)
  case "$seen" in *198.51.100.*) good=$((good + 1)) ;; *) good=0 ;; esac
  [ "$good" = 5 ] && exit 0
  sleep 0.05
done
exit 1`;

describe.concurrent("a long flow through an address translation that doesn't mind where it leaves", () => {
  test.for<{ nat: Nat; who: string; config: object }>([
    { nat: "masquerade", who: "the user's masquerade", config: { uplinks: UPLINKS } },
    { nat: "fixed", who: "the user's fixed SNAT", config: { uplinks: UPLINKS } },
    { nat: "prefix", who: "the user's NPTv6", config: { uplinks: UPLINKS } },
    { nat: "none", who: "the product's own", config: PRODUCT_NAT },
  ])("follows a failover: $who", async ({ nat, config }, { expect, onTestFinished: keep }) => {
    const house = await openHouse({ lab: { nat }, config, measure: { long: ["udp"] }, keep });
    for (const { fault, withinMs } of OUTAGES) {
      const phone = house.lab.execute("client", ["sh", "-c", REGISTRATIONS]);
      await pause(500);
      const after = await house.lab.break(fault, "wan0");
      for (const family of FAMILIES) {
        const { gapMs } = await house.meter.recovered({ flow: "long", family, after, via: "wan1" });
        expect.soft(gapMs, `${fault} ${family}`).toBeLessThan(withinMs);
      }
      expect.soft(await phone, fault).toMatchObject({ code: 0 });
      await house.lab.heal();
      await house.restart({ fresh: true });
      await pause(500);
    }
  });
});

test("a long flow comes back with the line in use, though that was away for a while and the other one is dead", async () => {
  const house = await openHouse({ config: briskConfig(), measure: { long: ["udp"] } });
  await house.lab.break("blackhole", "wan0");
  await house.until("on lte", areOn("lte"));
  for (const fault of ["carrier-loss", "address-withdrawn"] as const) {
    await house.lab.break(fault, "wan1");
    await pause(1500);
    await house.lab.mend(fault, "wan1");
    const after = now();
    for (const family of FAMILIES) {
      const { gapMs } = await house.meter.recovered({ flow: "long", family, after, via: "wan1" });
      expect.soft(gapMs, `${fault} ${family}`).toBeLessThan(8000);
    }
  }
});

/** Fails over and back. Resolves with the time of the failback. */
const goAndReturn = async (house: House): Promise<number> => {
  const after = await house.lab.break("blackhole", "wan0");
  await house.until("on lte", areOn("lte"));
  for (const family of FAMILIES) await house.meter.recovered({ flow: "long", family, after, via: "wan1" });
  await house.lab.mend("blackhole", "wan0");
  await house.until("back on fiber", isWell, 20_000);
  return now();
};

/** Keeps a connection from the internet through the second uplink to the client behind the router. */
const CALLER = `
i=0; while [ $i -lt 600 ]; do echo $i; i=$((i + 1)); sleep 0.1; done | socat - TCP4:198.51.100.2:7002`;

/** The kernel's numbers of the inbound connections; one that was forgotten and taken up anew has another. */
const inboundFlows = (house: House): Promise<string> =>
  house.lab.run("router", "conntrack -L -p tcp --orig-port-dst 7002 -o id 2>/dev/null | grep -o 'id=.*' | sort");

const waysAfter = async (house: House, from: number): Promise<readonly (string | null)[]> => {
  const stretches = await house.meter.uplinks({ flow: "long", family: "ipv4", from });
  return [...new Set(stretches.map(({ uplink }) => uplink).filter((uplink) => uplink !== null))];
};

describe.concurrent("after a failback, running flows", () => {
  test("follow at once with drain 0s, but those that came in stay", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({
      config: briskConfig({ drain: "0s" }),
      measure: { long: ["udp"], inbound: ["udp"] },
      keep,
    });
    house.lab.spawn("internet", ["sh", "-c", CALLER]);
    await pause(500);
    const before = await inboundFlows(house);
    const at = await goAndReturn(house);
    for (const family of FAMILIES) {
      const { gapMs } = await house.meter.recovered({ flow: "long", family, after: at, via: "wan0" });
      expect.soft(gapMs).toBeLessThan(500);
    }
    expect.soft(before).toMatch(/^id=\d+\n$/);
    expect.soft(await inboundFlows(house)).toBe(before);
  });

  test("stay for the drain's time, and follow then", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ config: briskConfig({ drain: "3s" }), measure: { long: ["udp"] }, keep });
    const at = await goAndReturn(house);
    expect.soft((await house.status()).families.ipv4.drains).toMatchObject([{ uplink: "lte" }]);
    for (const family of FAMILIES) {
      const { gapMs } = await house.meter.recovered({ flow: "long", family, after: at, via: "wan0" });
      expect.soft(gapMs).toBeGreaterThan(2000);
      expect.soft(gapMs).toBeLessThan(4000);
    }
    expect.soft((await house.status()).families.ipv4.drains).toEqual([]);
  });

  test("stay for ever with drain never", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ config: briskConfig({ drain: "never" }), measure: { long: ["udp"] }, keep });
    const at = await goAndReturn(house);
    await pause(4000);
    expect.soft(await waysAfter(house, at)).toEqual(["wan1"]);
    expect.soft((await house.status()).families.ipv4.drains).toEqual([]);
  });

  test("have nothing to stay for when their uplink fails meanwhile", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({ config: briskConfig({ drain: "30m" }), measure: { long: ["udp"] }, keep });
    await goAndReturn(house);
    const after = await house.lab.break("secondary-dead");
    for (const family of FAMILIES) {
      const { gapMs } = await house.meter.recovered({ flow: "long", family, after, via: "wan0" });
      expect.soft(gapMs).toBeLessThan(8000);
    }
    expect.soft((await house.status()).families.ipv4.drains).toEqual([]);
  });
});
