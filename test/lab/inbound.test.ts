import { describe, expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import { FAMILIES, type Family } from "../../src/core/family.ts";
import { areAll, areOn, briskConfig, CLOSELY, type House, openHouse } from "./house.ts";

const MEASURE = { ...CLOSELY, long: [], inbound: ["udp", "tcp"] } as const;

interface Knock {
  readonly house: House;
  readonly uplink: string;
  readonly from: number;
}

/** How many inbound flows of a span were not answered, by protocol, family and door; what lost nothing is left out. */
const unanswered = async ({ house, uplink, from }: Knock): Promise<Readonly<Record<string, number>>> => {
  const to = house.meter.now();
  const kinds = MEASURE.inbound.flatMap((protocol) =>
    FAMILIES.flatMap((family) => (["router", "client"] as const).map((door) => ({ protocol, family, door }))),
  );
  const lost = await Promise.all(kinds.map((kind) => house.meter.lost({ flow: "inbound", ...kind, uplink, from, to })));
  const named = kinds.map(
    ({ protocol, family, door }, place) => [`${protocol} ${family} ${door}`, lost[place] ?? 0] as const,
  );
  return Object.fromEntries(named.filter(([, count]) => count > 0));
};

/** Both uplinks are reachable from outside for a while. */
const answersEverywhere = async (house: House, what: string): Promise<void> => {
  const from = house.meter.now();
  await pause(1000);
  for (const uplink of ["wan0", "wan1"])
    expect.soft(await unanswered({ house, uplink, from }), `${what}, ${uplink}`).toEqual({});
};

const PORTS: Readonly<Record<string, number>> = { "the router": 7001, "the client": 7002 };
const FAR: Readonly<Record<Family, string>> = { ipv4: "TCP4:198.51.100.2", ipv6: "TCP6:[2001:db8:b::2]" };

/** Connections from the internet that last: ten lines a second, each echoed. Resolve with the lines that came back. */
const call = (house: House, forSeconds: number) =>
  FAMILIES.flatMap((family) =>
    Object.entries(PORTS).map(async ([to, port]) => {
      const lines = `i=0; while [ $i -lt ${forSeconds * 10} ]; do echo $i; i=$((i + 1)); sleep 0.1; done`;
      const script = `{ ${lines}; } | socat -t 1 - ${FAR[family]}:${port} | wc -l`;
      const { stdout } = await house.lab.execute("internet", ["sh", "-c", script]);
      return { to, family, came: Number(stdout) };
    }),
  );

describe("connections from outside", () => {
  test("are answered by the uplink that they came in by, whichever carries what goes out", async () => {
    const house = await openHouse({
      config: briskConfig({ holdAfterFailover: "10m" }),
      measure: { ...MEASURE, new: ["udp"] },
    });
    await answersEverywhere(house, "on fiber");
    expect((await house.daemon().cli("use", "lte")).code).toBe(0);
    await house.until("on lte", areOn("lte"));
    await answersEverywhere(house, "lte pinned");
    expect((await house.daemon().cli("use", "auto")).code).toBe(0);
    await house.until("on fiber again", areOn("fiber"));

    const calls = call(house, 6);
    await pause(500);
    const from = await house.lab.break("blackhole", "wan0");
    await house.until("failed over", areOn("lte"));
    await pause(500);
    expect.soft(await unanswered({ house, uplink: "wan1", from }), "over the failover").toEqual({});
    const mended = await house.lab.mend("blackhole", "wan0");
    await house.meter.recovered({ flow: "inbound", uplink: "wan0", after: mended, timeoutMs: 10_000 });
    await house.until("fiber up, and held", areAll("fiber", "up"), 20_000);
    expect.soft(areOn("lte")(await house.status())).toBe(true);
    await answersEverywhere(house, "failed over, fiber mended");
    for (const { to, family, came } of await Promise.all(calls)) expect.soft(came, `call to ${to}, ${family}`).toBe(60);
  });

  test("survive a lost carrier of the other uplink", async () => {
    const house = await openHouse({ measure: MEASURE });
    const from = house.meter.now();
    const calls = call(house, 3);
    await pause(500);
    await house.lab.break("carrier-loss", "wan0");
    await house.until("failed over", areOn("lte"));
    expect.soft(await unanswered({ house, uplink: "wan1", from })).toEqual({});
    for (const { to, family, came } of await Promise.all(calls)) expect.soft(came, `call to ${to}, ${family}`).toBe(30);
  });
});
