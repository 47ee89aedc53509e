import { describe, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { FaultName } from "../../lab/faults.ts";
import type { Lab } from "../../lab/lab.ts";
import { ECHO } from "../../lab/plan.ts";
import { batch } from "../../lab/topology.ts";
import { FAMILIES, type Family, familyName } from "../../src/core/family.ts";
import type { Status } from "../../src/core/status.ts";
import { type House, isOn, isWell, losses, movesIn, openHouse, ourDefaults, UPLINKS } from "./house.ts";
import { dial } from "./session.ts";

/** Quick to leave, and quick to trust again, for the tests to be short. */
const QUICK = {
  preset: "fast",
  holdDown: "1s",
  holdDownMax: "1s",
  holdDownInterval: "100ms",
  downInterval: "100ms",
  downIntervalMax: "200ms",
};

const FREELY = { holdAfterFailover: "0s", holdAfterFailback: "0s" };

const uplinksWith = (...changes: readonly object[]): readonly object[] =>
  UPLINKS.map((uplink, place) => ({ ...uplink, detection: QUICK, ...changes[place] }));

const CONFIG = { uplinks: uplinksWith(), failover: FREELY };

/** The longest time, over both families, until new flows worked again (ms). */
const newFlowsBy = async (house: House, via: string, after: number): Promise<number> => {
  const each = await Promise.all(
    FAMILIES.map((family) => house.meter.recovered({ flow: "new", family, after, via, timeoutMs: 20_000 })),
  );
  return Math.max(...each.map(({ gapMs }) => gapMs));
};

/** What happens to an uplink, what is said of it, and how soon new flows must be elsewhere (ms). */
const LOSSES: readonly { readonly fault: FaultName; readonly words: RegExp; readonly withinMs: number }[] = [
  { fault: "interface-renamed", words: /fiber IPv4 is down: (the interface|no carrier on) wan0/, withinMs: 500 },
  { fault: "interface-removed", words: /fiber IPv4 is down: (the interface|no carrier on) wan0/, withinMs: 500 },
  { fault: "address-withdrawn", words: /fiber IPv4 is down: no IPv4 address on wan0/, withinMs: 1500 },
  { fault: "route-withdrawn", words: /fiber IPv4 is down: no IPv4 gateway on wan0/, withinMs: 3000 },
];

const indexOf = (lab: Lab): Promise<string> => lab.run("router", "cat /sys/class/net/wan0/ifindex");

test.concurrent("an uplink that loses its interface, its address or its gateway is left, and taken up again", async ({
  expect,
  onTestFinished: keep,
}) => {
  const house = await openHouse({ config: CONFIG, measure: { long: ["udp"] }, keep });
  const defaults = await ourDefaults(house.lab);
  const index = await indexOf(house.lab);
  for (const { fault, words, withinMs } of LOSSES) {
    const logged = house.daemon().log().length;
    const after = await house.lab.break(fault);
    const gapMs = await newFlowsBy(house, "wan1", after);
    console.log(`${fault}: new flows by wan1 after ${gapMs.toFixed(0)} ms`);
    expect.soft(gapMs, fault).toBeLessThan(withinMs);
    for (const family of FAMILIES) await house.meter.recovered({ flow: "long", family, after, via: "wan1" });
    await house.until("on lte", (status) => FAMILIES.every((family) => isOn("lte", family)(status)));
    expect.soft(house.daemon().log().slice(logged), fault).toMatch(words);
    const from = house.meter.now();
    await house.lab.mend(fault);
    await house.until("well again", isWell, 20_000);
    await newFlowsBy(house, "wan0", house.meter.now());
    expect.soft(await ourDefaults(house.lab), fault).toBe(defaults);
    expect.soft(await losses(house, { from }), fault).toEqual({});
  }
  expect(await indexOf(house.lab)).not.toBe(index);
}, 120_000);

/** What the router has learned from the first ISP's advertisements; the kernel lists it for a while after its time is over. */
const FOREIGN = "ip -6 route show default dev wan0 proto ra";

describe.concurrent("router advertisements", () => {
  test("that expire are believed, and so are those that come back", async ({ expect, onTestFinished: keep }) => {
    const house = await openHouse({
      lab: { ipv6Routes: "advertised" },
      config: CONFIG,
      measure: { long: ["udp"] },
      keep,
    });
    const after = await house.lab.break("ra-expiry");
    const left = Number(/expires (\d+)sec/.exec(await house.lab.run("router", FOREIGN))?.[1]);
    await house.until("IPv6 on lte", isOn("lte", "ipv6"), 40_000);
    const took = (house.meter.now() - after) / 1000;
    console.log(`advertised for ${left} s more; IPv6 moved after ${took.toFixed(1)} s`);
    expect(took).toBeGreaterThan(left);
    expect(took).toBeLessThan(left + 6);
    expect(await house.lab.run("router", FOREIGN)).toContain("expires -");
    await house.meter.recovered({ flow: "new", family: "ipv6", after, via: "wan1" });
    await house.meter.recovered({ flow: "long", family: "ipv6", after, via: "wan1" });
    expect(await losses(house, { from: after }, [{ flow: "new" }])).toEqual({});
    expect(isOn("fiber", "ipv4")(await house.status())).toBe(true);
    await house.lab.mend("ra-expiry");
    await house.until("well again", isWell, 30_000);
    await house.meter.recovered({ flow: "new", family: "ipv6", after: house.meter.now(), via: "wan0" });
  });
});

test.concurrent("a point-to-point link with a default through it needs no gateway", async ({
  expect,
  onTestFinished: keep,
}) => {
  const house = await openHouse({
    prepare: async (lab) => {
      await dial(lab, { isp: "isp-b", own: "198.51.100.66", peer: "198.51.100.65" });
      await lab.run(
        "router",
        "ip route add default dev ppp0 metric 300; nft add rule ip lab_nat outbound oifname ppp0 masquerade",
      );
    },
    config: {
      uplinks: [
        { name: "fiber", interface: "wan0", detection: QUICK },
        { name: "ppp", interface: "ppp0", detection: QUICK, ipv6: { method: "none" } },
      ],
      failover: FREELY,
    },
    ready: ({ uplinks }) => uplinks.every((uplink) => uplink.families.ipv4?.verdict === "up"),
    measure: { families: ["ipv4"], long: ["udp"] },
    keep,
  });
  expect((await house.status()).uplinks[1]?.families.ipv4?.gateway).toBeNull();
  expect(await house.lab.run("router", "ip route show default proto 87 dev ppp0")).toBe(
    "default scope link metric 2 \n",
  );
  const after = await house.lab.break("blackhole");
  await house.meter.recovered({ flow: "new", family: "ipv4", after, via: "wan1" });
  await house.meter.recovered({ flow: "long", family: "ipv4", after, via: "wan1" });
  const left = await house.lab.run("router", "ip link set ppp0 down").then(() => house.meter.now());
  await house.lab.mend("blackhole");
  await house.meter.recovered({ flow: "new", family: "ipv4", after: left, via: "wan0" });
});

/** Tries to connect from the LAN, and says how long it took to fail or to succeed (ms), and how. */
const CONNECT = `
const [address, port] = process.argv.slice(1);
const start = performance.now();
const socket = require("node:net").connect(Number(port), address);
const tell = (how) => { console.log(JSON.stringify({ how, ms: performance.now() - start })); process.exit(0); };
socket.on("error", (error) => tell(error.code));
socket.on("connect", () => tell("connected"));
setTimeout(() => tell("silence"), 5000);
`;

const connectFromLan = async (lab: Lab, family: Family): Promise<{ how: string; ms: number }> => {
  const { stdout } = await lab.execute("client", [process.execPath, "-e", CONNECT, ECHO[family], String(ECHO.port)]);
  return JSON.parse(stdout);
};

/** On a busy machine, the quickest of a few. More than five in a row, the kernel answers one a second (`ip_rt_error_burst`). */
const quickestRefusal = async (lab: Lab, family: Family): Promise<{ how: string; ms: number }> => {
  const tries = [await connectFromLan(lab, family)];
  while (tries.length < 3 && tries.every(({ ms }) => ms > 100)) tries.push(await connectFromLan(lab, family));
  return tries.reduce((best, one) => (one.ms < best.ms ? one : best));
};

/**
 * On a cable without latency, the first ICMPv6 error arrives while connect() still holds its socket, and only counts with
 * the second SYN, a second later.
 */
const REFUSED_MS: Readonly<Record<Family, number>> = { ipv4: 100, ipv6: 2000 };

const setFamily = async (lab: Lab, family: Family, passes: boolean): Promise<void> => {
  for (const { isp } of lab.plan.uplinks) {
    const rule = passes ? "flush chain inet line passing" : `add rule inet line passing meta nfproto ${family} drop`;
    await lab.run(isp, `nft '${rule}'`);
  }
};

describe.concurrent("a family without an uplink", () => {
  test.for(FAMILIES)(
    "%s: refuses connections at once while the other works, and works on return",
    async (family, { expect, onTestFinished: keep }) => {
      const others = FAMILIES.filter((one) => one !== family);
      const house = await openHouse({
        lab: { reversePathFilter: 2 },
        config: CONFIG,
        measure: { families: others, long: [] },
        keep,
      });
      const { lab } = house;
      const way = `ip route get ${ECHO[family]} 2>&1 || :`;
      await setFamily(lab, family, false);
      const isDown = ({ uplinks }: Status): boolean =>
        uplinks.every(({ families }) => families[family]?.verdict === "down");
      await house.until("down", isDown, 20_000);
      await pause(200);
      expect(await lab.run("router", way)).toMatch(/No route to host|unreachable/);
      const pinged = await lab.run("client", `ping -n -c 1 -W 5 ${ECHO[family]} || :`);
      const refused = await quickestRefusal(lab, family);
      console.log(`${family}: ${refused.how} after ${refused.ms.toFixed(0)} ms; ${/.*errors.*/.exec(pinged)}`);
      expect(refused.how).toMatch(/^(EHOSTUNREACH|ENETUNREACH)$/);
      expect(refused.ms).toBeLessThan(REFUSED_MS[family]);
      expect(Number(/\+1 errors.* time (\d+)ms/.exec(pinged)?.[1])).toBeLessThan(100);

      const after = house.meter.now();
      await setFamily(lab, family, true);
      await house.until("no longer refused", ({ families }) => families[family].refused === undefined, 10_000);
      await house.until("well again", isWell, 20_000);
      console.log(`${family}: well ${(house.meter.now() - after).toFixed(0)} ms after it works again`);
      expect(await lab.run("router", way)).toContain("dev wan0");
      expect((await connectFromLan(lab, family)).how).toBe("connected");
      for (const other of others) {
        const moves = movesIn(house.daemon().log()).filter((line) => line.includes(familyName(other)));
        expect(moves).toHaveLength(1);
      }
      expect(await house.meter.lost({ flow: "new", from: after })).toBe(0);
    },
  );
});

const isShared = ({ families, uplinks }: Status): boolean =>
  FAMILIES.every(
    (family) =>
      families[family].carrying.length === 2 && uplinks.every((uplink) => uplink.families[family]?.verdict === "up"),
  );

/** By which uplinks twenty hosts of the LAN would go. */
const waysOfHosts = async (lab: Lab, family: Family): Promise<ReadonlySet<string>> => {
  const network = family === "ipv4" ? "192.168.77." : "fd77:1:1:1::";
  const asked = Array.from(
    { length: 20 },
    (_, host) => `route get ${ECHO[family]} from ${network}${host + 20} iif lan0`,
  );
  return new Set((await lab.run("router", batch(asked))).match(/(?<=dev )wan\d/g));
};

describe.concurrent("a shared tier", () => {
  test("splits new flows by weight, keeps each where it began, and lives on in the other", async ({
    expect,
    onTestFinished: keep,
  }) => {
    const config = {
      uplinks: uplinksWith({ tier: 1, weight: 3 }, { tier: 1, weight: 1 }),
      failover: FREELY,
    };
    const house = await openHouse({ config, ready: isShared, measure: { long: ["udp", "tcp"], intervalMs: 10 }, keep });
    const from = house.meter.now();
    await pause(5000);
    const to = house.meter.now();
    for (const family of FAMILIES) {
      const found = await house.meter.findings({ flow: "new", family, from, to });
      const share = found.filter(({ uplink }) => uplink === "wan0").length / found.length;
      console.log(
        `${family}: ${(share * 100).toFixed(0)} % of ${found.length} new flows by the uplink of weight 3 of 4`,
      );
      expect.soft(share).toBeGreaterThan(0.65);
      expect.soft(share).toBeLessThan(0.85);
      for (const protocol of ["udp", "tcp"] as const) {
        expect.soft(await house.meter.uplinks({ flow: "long", protocol, family, from, to })).toHaveLength(1);
      }
    }
    expect(await losses(house, { from, to })).toEqual({});
    const after = await house.lab.break("blackhole");
    const gapMs = await newFlowsBy(house, "wan1", after);
    console.log(`one of two died: all new flows by the other after ${gapMs.toFixed(0)} ms`);
    expect(gapMs).toBeLessThan(2000);
    for (const family of FAMILIES) {
      await house.meter.recovered({ flow: "long", protocol: "udp", family, after, via: "wan1" });
    }
    await house.lab.mend("blackhole");
    const mended = house.meter.now();
    await house.until("shared again", isShared, 20_000);
    await pause(500);
    const end = house.meter.now();
    expect(await losses(house, { from: mended, to: end }, [{ flow: "long", protocol: "udp" }])).toEqual({});
    for (const family of FAMILIES) {
      const long = await house.meter.uplinks({ flow: "long", protocol: "udp", family, from: mended, to: end });
      expect.soft(long.map(({ uplink }) => uplink)).toEqual(["wan1"]);
    }
    await house.restart({ config: { ...config, failover: { ...FREELY, share: "host" } } });
    const byHost = house.meter.now();
    await pause(500);
    for (const family of FAMILIES) {
      const found = await house.meter.uplinks({ flow: "new", family, from: byHost, to: house.meter.now() });
      expect.soft(found).toHaveLength(1);
      expect.soft(await waysOfHosts(house.lab, family)).toEqual(new Set(["wan0", "wan1"]));
    }
  });
});
